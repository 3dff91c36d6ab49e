// The schedule of a month on a GPU, written by hand: who computes what, where threads wait, what is kept.
//
// Order of the phases: model/month.py (tests/test_cuda_source.py compares). A thread takes a trust with its manager
// and its clinicians; the first thread takes the centre and the country. Rows of trusts are padded to whole warps;
// lanes without a trust (``active`` false) compute on their padding where a warp sums, and add nothing.

DEV World world_of(const Args& args, u64* shared_words) {
  const u64 run = blockIdx.x;
  const u64 seat_values = (u64)args.clinicians * args.stride;
  u64* groups = shared_words + COUNTRY_WORDS;
  u32* bins = (u32*)(groups + GROUP_SUMS * args.groups);
  return World{
      args.constants, *(Country*)shared_words, groups, bins, bins + QUANTITIES * BINS,
      args.trusts + run * TRUST_VALUES * args.stride, args.seats + run * SEAT_VALUES * seat_values,
      args.occupied + run * seat_values, args.runs[run], args.seed, 0u, args.trust_count, args.stride,
      args.clinicians, args.groups, seat_values};
}

DEV void load_country(const Args& args, u64* shared_words) {
  for (u32 word = threadIdx.x; word < COUNTRY_WORDS; word += blockDim.x)
    shared_words[word] = args.country[(u64)blockIdx.x * COUNTRY_WORDS + word];
}

DEV void save_country(const Args& args, const u64* shared_words) {
  for (u32 word = threadIdx.x; word < COUNTRY_WORDS; word += blockDim.x)
    args.country[(u64)blockIdx.x * COUNTRY_WORDS + word] = shared_words[word];
}

// Levers that change from this month on; each word belongs to one thread.
DEV void change_levers(const World& w, const Args& args) {
  double* values = (double*)&w.country;
  for (u32 change = 0u; change < args.changes; ++change)
    if (args.change_month[change] == w.month && args.change_word[change] % blockDim.x == threadIdx.x)
      values[args.change_word[change]] = args.change_values[(u64)change * gridDim.x + blockIdx.x];
}

DEV void clear_sums(const World& w) {
  u64* sums = (u64*)&w.country + FIRST_COUNTRY_SUM;
  for (u32 sum = threadIdx.x; sum < COUNTRY_SUMS; sum += blockDim.x) sums[sum] = 0ull;
  for (u32 cell = threadIdx.x; cell < GROUP_SUMS * w.group_count; cell += blockDim.x) w.groups[cell] = 0ull;
  for (u32 bin = threadIdx.x; bin < QUANTITIES * (BINS + COARSE_BINS); bin += blockDim.x) w.bins[bin] = 0u;
}

// Percentiles are read off 1024 bins; 32 coarse bins shorten the search.
DEV void count_bin(const World& w, const u32 quantity, const double share) {
  const double exact = percentile_bin(share);
  const u32 bin = exact > 0.0 ? (u32)exact : 0u;
  atomicAdd(&w.bins[quantity * BINS + bin], 1u);
  atomicAdd(&w.coarse_bins[quantity * COARSE_BINS + bin / BINS_IN_COARSE], 1u);
}

DEV void find_percentile(const World& w, const u32 task) {
  const u32 quantity = task / 3u, which = task % 3u;
  const u32 tenths = which == 0u ? 1u : which == 1u ? 5u : 9u;
  u32 left = (tenths * w.trust_count + 9u) / 10u - 1u;  // trusts below the one that is looked for
  const u32* coarse = w.coarse_bins + quantity * COARSE_BINS;
  u32 part = 0u;
  while (part < COARSE_BINS - 1u && coarse[part] <= left) left -= coarse[part++];
  const u32* bins = w.bins + quantity * BINS;
  u32 bin = part * BINS_IN_COARSE;
  while (bin < BINS - 1u && bins[bin] <= left) left -= bins[bin++];
  w.country.outcome[FIRST_PERCENTILE + task] = percentile_value(as_double((i64)bin));
}

// The four groups of outcomes, each by a warp of its own where the block has four.
DEV void compute_outcomes(const World& w) {
  if (threadIdx.x % 32u != 0u) return;
  for (u32 part = threadIdx.x / 32u; part < 4u; part += blockDim.x / 32u) {
    if (part == 0u) service_outcomes(w);
    if (part == 1u) staff_outcomes(w);
    if (part == 2u) manager_outcomes(w);
    if (part == 3u) centre_outcomes(w);
  }
}

// Windows of ``every`` months: values added in month order, divided once; the first non-finite month is kept.
DEV void record_outcomes(const World& w, const Args& args) {
  const bool full = w.month % args.every == 0u;
  for (u32 outcome = threadIdx.x; outcome < OUTCOMES; outcome += blockDim.x) {
    const double value = w.country.outcome[outcome];
    if (outcome < FIRST_PERCENTILE && !(value - value == 0.0)) atomicCAS((u32*)&w.country.failed, 0u, w.month);
    double total = w.country.window[outcome] + value;
    if (full) {
      const u32 slot = args.slots[outcome];
      const u64 row = (u64)blockIdx.x * args.windows + (w.month / args.every - 1u);
      if (slot < args.recorded) args.outcomes[row * args.recorded + slot] = total / as_double((i64)args.every);
      total = 0.0;
    }
    w.country.window[outcome] = total;
  }
}

DEV void add_to_year(const Args& args, const u32 quantity, const u32 year, const u32 trust, const double value) {
  const u64 row = ((u64)blockIdx.x * YEARLY + quantity) * args.years + year;
  double* mean = args.trust_years + row * args.stride + trust;
  *mean = *mean + value / 12.0;
}

DEV void record_trust_year(const World& w, const Args& args, const u32 trust) {
  const u32 year = (w.month - 1u) / 12u;
  if (year >= args.years) return;
  add_to_year(args, 0u, year, trust, w.trusts[TRUST_trust_access * w.stride + trust]);
  add_to_year(args, 1u, year, trust, w.trusts[TRUST_trust_reported * w.stride + trust]);
  add_to_year(args, 2u, year, trust, w.trusts[TRUST_trust_quality * w.stride + trust]);
}

DEV void serve(const World& w, const Args& args, const u32 trust, const bool active) {
  service(w, trust, active);
  if (!active) return;
  if (args.years > 0u) record_trust_year(w, args, trust);
  if (args.percentiles == 0u) return;
  count_bin(w, 0u, w.trusts[TRUST_trust_access * w.stride + trust]);
  count_bin(w, 1u, w.trusts[TRUST_trust_quality * w.stride + trust]);
  count_bin(w, 2u, w.trusts[TRUST_trust_overall * w.stride + trust]);
}

DEV void compute_month(const World& w, const Args& args) {
  const u32 first = threadIdx.x, step = blockDim.x;
  change_levers(w, args);
  clear_sums(w);
  BARRIER();
  if (first == 0u) centre(w);
  BARRIER();
  for (u32 trust = first; trust < w.trust_count; trust += step) {
    managers(w, trust, true);
    signals(w, trust, true);
    clinicians(w, trust);
    output(w, trust, true);
  }
  BARRIER();
  for (u32 trust = first; trust < w.stride; trust += step) serve(w, args, trust, trust < w.trust_count);
  BARRIER();
  if (first == 0u) country(w);
  if (args.percentiles != 0u && blockDim.x - 1u - first < 3u * QUANTITIES) find_percentile(w, blockDim.x - 1u - first);
  BARRIER();
  for (u32 trust = first; trust < w.stride; trust += step) examples(w, trust, trust < w.trust_count);
  BARRIER();
  if (first == 0u) outlook(w);
  for (u32 trust = first; trust < w.trust_count; trust += step) {
    councils(w, trust, true);
    catchments(w, trust, true);
  }
  BARRIER();
  compute_outcomes(w);
  BARRIER();
  record_outcomes(w, args);
}

// Months month0 + 1 .. month1 of every run of the grid; the state stays in global memory between launches.
extern "C" __global__ void __launch_bounds__(MOST_THREADS, 2) advance(const Args args) {
  extern __shared__ u64 shared_words[];
  load_country(args, shared_words);
  BARRIER();
  World w = world_of(args, shared_words);
  for (w.month = args.month0 + 1u; w.month <= args.month1; ++w.month) compute_month(w, args);
  BARRIER();
  save_country(args, shared_words);
}

// Month 0 of the clinicians' seats; all else at month 0 is put into memory before.
extern "C" __global__ void __launch_bounds__(MOST_THREADS, 2) start(const Args args) {
  extern __shared__ u64 shared_words[];
  load_country(args, shared_words);
  BARRIER();
  const World w = world_of(args, shared_words);
  for (u32 trust = threadIdx.x; trust < w.trust_count; trust += blockDim.x) start_seat(w, trust);
}
