// What a piece of the model may touch, and how it adds to exact sums.

struct World {
  const Constants& k;
  Country& country;    // shared memory
  u64* groups;         // shared memory, (sum, group)
  u32* bins;           // shared memory, (quantity, bin)
  u32* coarse_bins;    // shared memory, (quantity, coarse bin)
  double* trusts;      // (quantity, trust)
  double* seats;       // (quantity, seat, trust)
  u8* occupied;        // (seat, trust)
  u32 run, seed, month, trust_count, stride, clinicians, group_count;
  u64 seat_values;
};

DEV void add_exact(void* sum, const i64 units) {
  u32* halves = (u32*)sum;
  const u32 low = (u32)units, high = (u32)((u64)units >> 32);
  const u32 before = atomicAdd(&halves[0], low);
  const u32 carry = before + low < low ? 1u : 0u;
  atomicAdd(&halves[1], high + carry);
}

DEV u64* group_cell(const World& w, const u32 sum, const i64 group) { return &w.groups[sum * w.group_count + (u32)group]; }
DEV i64 group_total(const World& w, const u32 sum, const i64 group) { return (i64)*group_cell(w, sum, group); }

// The sum over a warp, then one addition for it. All lanes of the warp come here together.
DEV void sum_country(const bool active, const i64 units, i64* sum) {
  i64 total = active ? units : 0;
  for (int distance = 16; distance > 0; distance /= 2) total += __shfl_xor_sync(ALL_LANES, total, distance);
  if (threadIdx.x % 32u == 0u) add_exact(sum, total);
}

DEV void count_country(const bool active, const bool counts, i64* sum) {
  const u32 lanes = __ballot_sync(ALL_LANES, active & counts);
  if (threadIdx.x % 32u == 0u) add_exact(sum, __popc(lanes));
}
