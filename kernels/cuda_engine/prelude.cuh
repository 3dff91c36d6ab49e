// What the traced rules are written on: exact arithmetic, luck, the places where quantities live, exact sums.
//
// One block computes one run. Luck is Philox4x32-10 as in model/draws.py. Sums are 64-bit whole numbers; they are
// added in shared memory as two 32-bit halves with a carry, because GPUs add 32 bits there in one instruction and
// 64 bits only in a loop of trials. Modulo 2**64 the halves give the same sum in any order.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define DEV static __device__ __forceinline__
#define BARRIER() __syncthreads()

const u32 ALL_LANES = 0xffffffffu;
const u32 BINS = 1024u, COARSE_BINS = 32u, BINS_IN_COARSE = 32u;
const u32 MOST_THREADS = 256u, WARP = 32u;

// ---- the operations of model/arithmetic.py ---------------------------------------------------------------------
DEV double round_down(const double x) { return floor(x); }
DEV double square_root(const double x) { return __dsqrt_rn(x); }
DEV double magnitude(const double x) { return fabs(x); }
DEV double as_double(const i64 count) { return __ll2double_rn(count); }
DEV i64 whole_below(const double x) { return __double2ll_rd(x); }
// Whole numbers and conditions are kept among the doubles of a trust bit by bit.
DEV i64 whole(const double kept) { return __double_as_longlong(kept); }
DEV double keep(const i64 number) { return __longlong_as_double(number); }

// ---- luck ------------------------------------------------------------------------------------------------------
struct Words { u32 w0, w1, w2, w3; };

DEV Words philox(
    const u32 trust, const u32 month, const u32 stream, const u32 seat, const u32 run, const u32 seed) {
  u32 c0 = trust, c1 = month, c2 = stream, c3 = seat, low_key = seed, high_key = run;
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    // Halves of products by themselves: the compiler would otherwise compute in 64 bits throughout.
    const u32 high0 = __umulhi(c0, 0xD2511F53u), high1 = __umulhi(c2, 0xCD9E8D57u);
    const u32 next1 = c2 * 0xCD9E8D57u, next3 = c0 * 0xD2511F53u;
    c0 = high1 ^ c1 ^ low_key;
    c2 = high0 ^ c3 ^ high_key;
    c1 = next1;
    c3 = next3;
    low_key += 0x9E3779B9u;
    high_key += 0xBB67AE85u;
  }
  return Words{c0, c1, c2, c3};
}

DEV double uniform(const u32 word) { return __dmul_rn(__uint2double_rn(word), 0x1p-32); }
