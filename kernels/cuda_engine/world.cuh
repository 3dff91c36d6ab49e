// What a piece of the model may touch, and how it adds to exact sums.

struct World {
  const Args& args;
  Country& country;  // in shared memory
};

// Read anew at every use: what is computed from them is not held in registers from one phase to the next, which the
// clinicians' phase needs all for itself. A fence between two phases of a trust has the same purpose.
DEV u32 thread_index() {
  u32 index;
  asm volatile("mov.u32 %0, %%tid.x;" : "=r"(index));
  return index;
}
DEV u32 run_index() {
  u32 index;
  asm volatile("mov.u32 %0, %%ctaid.x;" : "=r"(index));
  return index;
}
DEV double again(const double& kept) { return *(const volatile double*)&kept; }
#define FENCE() asm volatile("" ::: "memory")

// Shared memory: Country, the sums of groups (sum, group), then bins and coarse bins (quantity, bin).
DEV u64* group_sums(const World& w) { return (u64*)(&w.country + 1); }
DEV u32* bins_of(const World& w, const u32 quantity) {
  return (u32*)(group_sums(w) + GROUP_SUMS * w.args.groups) + quantity * BINS;
}
DEV u32* coarse_bins_of(const World& w, const u32 quantity) { return bins_of(w, QUANTITIES) + quantity * COARSE_BINS; }

// Lanes stand side by side in memory, so that a warp reads whole lines; the quantities of a trust lie at fixed
// distances, so that no address has to be computed for each.
DEV u64 first_warp(const World& w) { return (u64)run_index() * (w.args.stride / WARP); }
DEV double* trust_values(const World& w, const u32 trust) {
  return w.args.trusts + (first_warp(w) + trust / WARP) * (TRUST_VALUES * WARP) + trust % WARP;
}
DEV u64 first_seat(const World& w, const u32 trust) { return (first_warp(w) + trust / WARP) * w.args.clinicians; }
DEV Words draw(const World& w, const u32 trust, const u32 stream, const u32 seat) {
  return philox(trust, (u32)w.country.month, stream, seat, (u32)w.country.run, w.args.seed);
}

#if WATCHED
// The first month in which something was no number, or more than a sum can hold.
DEV void fail(const World& w) { atomicCAS((u32*)&w.country.failed, 0u, (u32)w.country.month); }

#endif
DEV void add_exact(void* sum, const i64 units) {
  u32* halves = (u32*)sum;
  const u32 low = (u32)units, high = (u32)((u64)units >> 32);
  const u32 before = atomicAdd(&halves[0], low);
  const u32 carry = before + low < low ? 1u : 0u;
  atomicAdd(&halves[1], high + carry);
}

DEV u64* group_cell(const World& w, const u32 sum, const i64 group) {
  return group_sums(w) + sum * w.args.groups + (u32)group;
}
DEV i64 group_total(const World& w, const u32 sum, const i64 group) { return (i64)*group_cell(w, sum, group); }

// The sum over a warp, then one addition for it. All lanes of the warp come here together.
DEV void sum_country(const bool active, const i64 units, i64* sum) {
  i64 total = active ? units : 0;
  for (int distance = 16; distance > 0; distance /= 2) total += __shfl_xor_sync(ALL_LANES, total, distance);
  if (thread_index() % WARP == 0u) add_exact(sum, total);
}

DEV void count_country(const bool active, const bool counts, i64* sum) {
  const u32 lanes = __ballot_sync(ALL_LANES, active & counts);
  if (thread_index() % WARP == 0u) add_exact(sum, __popc(lanes));
}
