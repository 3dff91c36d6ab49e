// The schedule of a month on a GPU, written by hand: who computes what, where threads wait, what is kept.
//
// Order of the phases: model/schedule/month.py (test_cuda_source.py compares). A thread takes a trust with its manager
// and its clinicians; the first thread takes the centre and the country. Rows of trusts are padded to whole warps;
// lanes without a trust (``active`` false) compute on their padding where a warp sums, and add nothing.

DEV void load_country(const Args& args, u64* shared_words) {
  for (u32 word = thread_index(); word < COUNTRY_WORDS; word += blockDim.x)
    shared_words[word] = args.country[(u64)run_index() * COUNTRY_WORDS + word];
}

DEV void save_country(const Args& args, const u64* shared_words) {
  for (u32 word = thread_index(); word < COUNTRY_WORDS; word += blockDim.x)
    args.country[(u64)run_index() * COUNTRY_WORDS + word] = shared_words[word];
}

// Levers that change from the coming month on; each word belongs to one thread.
DEV void change_levers(const World& w) {
  const u32 coming = (u32)w.country.month + 1u;
  double* values = (double*)&w.country;
  for (u32 change = 0u; change < w.args.changes; ++change)
    if (w.args.change_month[change] == coming && w.args.change_word[change] % blockDim.x == thread_index())
      values[w.args.change_word[change]] = w.args.change_values[(u64)change * gridDim.x + run_index()];
}

DEV void clear_sums(const World& w) {
  u64* sums = (u64*)&w.country + FIRST_COUNTRY_SUM;
  for (u32 sum = thread_index(); sum < COUNTRY_SUMS; sum += blockDim.x) sums[sum] = 0ull;
  for (u32 cell = thread_index(); cell < GROUP_SUMS * w.args.groups; cell += blockDim.x) group_sums(w)[cell] = 0ull;
  for (u32 bin = thread_index(); bin < QUANTITIES * (BINS + COARSE_BINS); bin += blockDim.x) bins_of(w, 0u)[bin] = 0u;
}

// Percentiles are read off 1024 bins; 32 coarse bins shorten the search.
DEV void count_bin(const World& w, const u32 quantity, const double share) {
  const double exact = percentile_bin(share);
  const u32 bin = exact > 0.0 ? (u32)exact : 0u;
  atomicAdd(&bins_of(w, quantity)[bin], 1u);
  atomicAdd(&coarse_bins_of(w, quantity)[bin / BINS_IN_COARSE], 1u);
}

DEV void find_percentile(const World& w, const u32 task) {
  const u32 quantity = task / 3u, which = task % 3u;
  const u32 tenths = which == 0u ? 1u : which == 1u ? 5u : 9u;
  u32 left = (tenths * w.args.trust_count + 9u) / 10u - 1u;  // trusts below the one that is looked for
  const u32* coarse = coarse_bins_of(w, quantity);
  u32 part = 0u;
  while (part < COARSE_BINS - 1u && coarse[part] <= left) left -= coarse[part++];
  const u32* bins = bins_of(w, quantity);
  u32 bin = part * BINS_IN_COARSE;
  while (bin < BINS - 1u && bins[bin] <= left) left -= bins[bin++];
  w.country.outcome[FIRST_PERCENTILE + task] = percentile_value(as_double((i64)bin));
}

// The four groups of outcomes, each by a warp of its own where the block has four.
DEV void compute_outcomes(const World& w) {
  if (thread_index() % WARP != 0u) return;
  for (u32 part = thread_index() / WARP; part < 4u; part += blockDim.x / WARP) {
    if (part == 0u) service_outcomes(w);
    if (part == 1u) staff_outcomes(w);
    if (part == 2u) manager_outcomes(w);
    if (part == 3u) centre_outcomes(w);
  }
#if OWN_OUTCOMES
  if (thread_index() / WARP == blockDim.x / WARP - 1u) own_outcomes(w);  // the last warp: with five, one that is idle
#endif
}

// Windows of ``every`` months: values added in month order, divided once; the first non-finite month is kept.
DEV void record_outcomes(const World& w) {
  const u32 month = (u32)w.country.month;
  const bool full = month % w.args.every == 0u;
  for (u32 outcome = thread_index(); outcome < OUTCOMES; outcome += blockDim.x) {
    const double value = w.country.outcome[outcome];
    if (outcome < FIRST_PERCENTILE && !(value - value == 0.0)) atomicCAS((u32*)&w.country.failed, 0u, month);
    double total = w.country.window[outcome] + value;
    if (full) {
      const u32 slot = w.args.slots[outcome];
      const u64 row = (u64)run_index() * w.args.windows + (month / w.args.every - 1u);
      if (slot < w.args.recorded) w.args.outcomes[row * w.args.recorded + slot] = total / as_double((i64)w.args.every);
      total = 0.0;
    }
    w.country.window[outcome] = total;
  }
}

DEV void add_to_year(const World& w, const u32 quantity, const u32 year, const u32 trust, const double value) {
  const u64 row = ((u64)run_index() * YEARLY + quantity) * w.args.years + year;
  double* mean = w.args.trust_years + row * w.args.stride + trust;
  *mean = *mean + value / 12.0;
}

DEV void record_trust_year(const World& w, const u32 trust) {
  const u32 year = ((u32)w.country.month - 1u) / 12u;
  if (year >= w.args.years) return;
  const double* own = trust_values(w, trust);
  add_to_year(w, 0u, year, trust, own[TRUST_trust_access * WARP]);
  add_to_year(w, 1u, year, trust, own[TRUST_trust_reported * WARP]);
  add_to_year(w, 2u, year, trust, own[TRUST_trust_quality * WARP]);
  add_to_year(w, 3u, year, trust, own[TRUST_trust_morale * WARP]);
  add_to_year(w, 4u, year, trust, own[TRUST_trust_burned_out * WARP]);
  add_to_year(w, 5u, year, trust, own[TRUST_trust_autonomy * WARP]);
  add_to_year(w, 6u, year, trust, own[TRUST_manager_safety * WARP]);
}

DEV void serve(const World& w, const u32 trust, const bool active) {
  service(w, trust, active);
  if (!active) return;
  if (w.args.years > 0u) record_trust_year(w, trust);
  if (w.args.percentiles == 0u) return;
  const double* own = trust_values(w, trust);
  count_bin(w, 0u, own[TRUST_trust_access * WARP]);
  count_bin(w, 1u, own[TRUST_trust_quality * WARP]);
  count_bin(w, 2u, own[TRUST_trust_overall * WARP]);
}

DEV void compute_month(const World& w) {
  const u32 step = blockDim.x;
  change_levers(w);
  clear_sums(w);
  BARRIER();
  if (thread_index() == 0u) {
    ++w.country.month;
    centre(w);
  }
  BARRIER();
  for (u32 trust = thread_index(); trust < w.args.trust_count; trust += step) {
    managers(w, trust, true);
    FENCE();
    signals(w, trust, true);
    clinicians(w, trust);
    output(w, trust, true);
  }
  BARRIER();
  for (u32 trust = thread_index(); trust < w.args.stride; trust += step) serve(w, trust, trust < w.args.trust_count);
  BARRIER();
  if (thread_index() == 0u) country(w);
  const u32 task = blockDim.x - 1u - thread_index();  // far from the first thread, which is busy
  if (w.args.percentiles != 0u && task < 3u * QUANTITIES) find_percentile(w, task);
  BARRIER();
  for (u32 trust = thread_index(); trust < w.args.stride; trust += step) examples(w, trust, trust < w.args.trust_count);
  BARRIER();
  if (thread_index() == 0u) outlook(w);
#if VIEWS_READ_OUTLOOK
  BARRIER();
#endif
  for (u32 trust = thread_index(); trust < w.args.trust_count; trust += step) {
    councils(w, trust, true);
    catchments(w, trust, true);
  }
  BARRIER();
#if OWN_SUMS
  for (u32 trust = thread_index(); trust < w.args.stride; trust += step) own_sums(w, trust, trust < w.args.trust_count);
  BARRIER();
#endif
  compute_outcomes(w);
  BARRIER();
  record_outcomes(w);
}

// Every run of the grid up to month ``months``; the state stays in global memory between launches.
extern "C" __global__ void __launch_bounds__(MOST_THREADS, 2) advance(const Args args) {
  extern __shared__ u64 shared_words[];
  load_country(args, shared_words);
  BARRIER();
  const World w{args, *(Country*)shared_words};
  while (w.country.month < w.args.months) compute_month(w);
  BARRIER();
  save_country(args, shared_words);
}

// Month 0 of the clinicians' seats; all else at month 0 is put into memory before.
extern "C" __global__ void __launch_bounds__(MOST_THREADS, 2) start(const Args args) {
  extern __shared__ u64 shared_words[];
  load_country(args, shared_words);
  BARRIER();
  const World w{args, *(Country*)shared_words};
  for (u32 trust = thread_index(); trust < w.args.trust_count; trust += blockDim.x) seat_start(w, trust);
}
