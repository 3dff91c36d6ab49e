/* A GPU of one warp width on the CPU, for PTX that ptx_translate.py has turned into C.
 *
 * Every GPU thread is a state machine that stops where threads wait for each other. The lanes of a warp, the warps of
 * a block and the blocks run in an order that can be chosen. With checks on, every byte that is touched remembers who
 * read and wrote it since the last barrier: two threads, one of them writing and not both atomically, are a race. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef union { uint64_t u64; int64_t s64; double f64; uint32_t u32; int32_t s32; uint16_t u16; int16_t s16; } Register;
typedef struct { Register r[REGISTERS]; int at; uint32_t tid; uint32_t given; } Thread;
typedef struct { uint32_t write_epoch, read_epoch, launch; uint16_t writer, reader; uint32_t block; uint8_t atomic, readers, blocks, valid; } Shadow;
typedef struct { uint64_t low, high; Shadow* shadow; } Range;
typedef struct { uint32_t tid, ntid, ctaid, nctaid; char* shared; const char* parameter; const uint32_t* exchange; int check; } Place;

enum { RUNNING_ON, AT_BARRIER, AT_WARP, ENDED };
enum { READS, WRITES, ADDS };
enum { FINE, OUT_OF_BOUNDS, RACE, DIVERGED, UNINITIALISED, WARP_DIVERGED, MISALIGNED };

int fault, fault_line;
uint64_t counts[OPERATIONS];
Range ranges[32];
int range_count;
static Range shared_range;
static uint32_t epoch, launch_number;

static void report(int what, int line) { if (!fault) { fault = what; fault_line = line; } }

static void touch(Shadow* s, const Place* at, int kind, int in_shared, int line) {
  const uint16_t me = (uint16_t)at->tid;
  if (kind != READS) {
    if (s->write_epoch == epoch && s->writer != me && !(s->atomic && kind == ADDS)) report(RACE, line);
    if (s->read_epoch == epoch && (s->readers || s->reader != me)) report(RACE, line);
  } else if (s->write_epoch == epoch && s->writer != me) report(RACE, line);
  if (in_shared && kind != WRITES && !s->valid) report(UNINITIALISED, line);
  if (!in_shared) { /* blocks of one launch must not meet, unless both read */
    if (s->launch == launch_number && s->block != at->ctaid && (kind != READS || s->blocks)) report(RACE, line);
    if (s->launch != launch_number) s->blocks = 0;
    s->launch = launch_number; s->block = at->ctaid; s->blocks |= kind != READS;
  }
  if (kind == READS) {
    if (s->read_epoch != epoch) { s->read_epoch = epoch; s->reader = me; s->readers = 0; }
    else if (s->reader != me) s->readers = 1;
  } else {
    s->atomic = kind == ADDS && (s->write_epoch != epoch || s->atomic);
    s->write_epoch = epoch; s->writer = me; s->valid = 1;
  }
}

static char* reach(const Place* at, uint64_t address, int bytes, int kind, int in_shared, int line) {
  if (address % bytes) report(MISALIGNED, line);
  char* where = in_shared ? at->shared + address : (char*)address;
  if (!at->check) return where;
  Range* range = 0;
  if (in_shared) { if (address + bytes <= shared_range.high) range = &shared_range; }
  else for (int k = 0; k < range_count && !range; ++k)
    if (address >= ranges[k].low && address + bytes <= ranges[k].high) range = &ranges[k];
  if (!range) { report(OUT_OF_BOUNDS, line); return 0; }
  for (int k = 0; k < bytes; ++k) touch(&range->shadow[address - range->low + k], at, kind, in_shared, line);
  return where;
}

/* Conversions to whole numbers as PTX has them: saturating, NaN the most negative number. */
static int64_t whole_s64(double x) {
  if (!(x == x)) return INT64_MIN;
  return x >= 9223372036854775808.0 ? INT64_MAX : x < -9223372036854775808.0 ? INT64_MIN : (int64_t)x;
}
static uint32_t whole_u32(double x) { return !(x > 0.0) ? 0u : x >= 4294967296.0 ? UINT32_MAX : (uint32_t)x; }
/* max and min as PTX has them: NaN gives the other operand, -0 lies below +0. */
static double larger_f64(double a, double b) {
  if (!(a == a)) return b;
  if (!(b == b)) return a;
  return a > b || (a == b && !signbit(a)) ? a : b;
}
static double smaller_f64(double a, double b) {
  if (!(a == a)) return b;
  if (!(b == b)) return a;
  return a < b || (a == b && signbit(a)) ? a : b;
}

#define LOAD(type, space_address, in_shared, line, target) { \
  char* from = reach(P, space_address, sizeof(type), READS, in_shared, line); if (!from) return ENDED; \
  type loaded; memcpy(&loaded, from, sizeof loaded); target = loaded; }
#define STORE(type, space_address, in_shared, line, value) { \
  char* to = reach(P, space_address, sizeof(type), WRITES, in_shared, line); if (!to) return ENDED; \
  type stored = value; memcpy(to, &stored, sizeof stored); }
#define ADD(type, space_address, in_shared, line, value, target) { \
  char* to = reach(P, space_address, sizeof(type), ADDS, in_shared, line); if (!to) return ENDED; \
  type old; memcpy(&old, to, sizeof old); type sum = old + (type)(value); memcpy(to, &sum, sizeof sum); target = old; }
#define SWAP_IF(type, space_address, in_shared, line, expected, value, target) { \
  char* to = reach(P, space_address, sizeof(type), ADDS, in_shared, line); if (!to) return ENDED; \
  type old; memcpy(&old, to, sizeof old); if (old == (type)(expected)) { type put = value; memcpy(to, &put, sizeof put); } \
  target = old; }

static int run_thread(Thread* T, const Place* P);

static uint32_t position(uint32_t k, uint32_t n, uint32_t order) {
  if (order == 0) return k;
  if (order == 1) return n - 1 - k;
  uint32_t step = order % n ? order % n : 1; /* the smallest step from there on that visits all */
  for (;; ++step) { uint32_t a = step, b = n; while (b) { uint32_t c = a % b; a = b; b = c; } if (a == 1) break; }
  return (uint32_t)(((uint64_t)k * step + order) % n);
}

/* Run the lanes of a warp until all wait at one barrier or have ended; return where, or -1. */
static int run_warp(Thread* warp, Place* place, uint32_t* exchange, uint32_t lanes, uint32_t order) {
  for (;;) {
    int where = -2, state = -1;
    for (uint32_t k = 0; k < lanes; ++k) {
      Thread* thread = &warp[position(k, lanes, order)];
      place->tid = thread->tid;
      const int stopped = thread->at < 0 ? ENDED : run_thread(thread, place);
      const int here = stopped == ENDED ? -1 : thread->at;
      if (fault) return -1;
      if (where == -2) { where = here; state = stopped; }
      else if (where != here) {
        report(state == AT_WARP || stopped == AT_WARP ? WARP_DIVERGED : DIVERGED, thread->at);
        return -1;
      }
    }
    if (state != AT_WARP) return where;
    if (lanes != 32) { report(WARP_DIVERGED, where); return -1; }
    for (uint32_t k = 0; k < lanes; ++k) exchange[k] = warp[k].given;
  }
}

static void run_block(Thread* threads, Place place, uint32_t shared_bytes, uint32_t order) {
  uint32_t exchange[32];
  place.exchange = exchange;
  memset(place.shared, 0xA5, shared_bytes);
  memset(threads, 0xA5, sizeof(Thread) * place.ntid);
  if (place.check) memset(shared_range.shadow, 0, sizeof(Shadow) * shared_bytes);
  for (uint32_t t = 0; t < place.ntid; ++t) { threads[t].at = 0; threads[t].tid = t; }
  const uint32_t warps = (place.ntid + 31) / 32;
  for (int together = 0; together >= 0;) {
    ++epoch;
    together = -2;
    for (uint32_t k = 0; k < warps; ++k) {
      const uint32_t w = position(k, warps, order), lanes = place.ntid - 32 * w < 32 ? place.ntid - 32 * w : 32;
      const int where = run_warp(threads + 32 * w, &place, exchange, lanes, order);
      if (fault) return;
      if (together == -2) together = where;
      else if (together != where) { report(DIVERGED, where); return; }
    }
  }
}

int launch(uint32_t grid, uint32_t block, uint32_t shared_bytes, const char* parameter, uint32_t order, int check) {
  Thread* threads = malloc(sizeof(Thread) * block);
  char* shared = aligned_alloc(64, (shared_bytes + 127) / 64 * 64);
  fault = FINE;
  ++launch_number;
  shared_range = (Range){0, shared_bytes, check ? malloc(sizeof(Shadow) * (shared_bytes + 1)) : 0};
  Place place = {0, block, 0, grid, shared, parameter, 0, check};
  for (uint32_t k = 0; k < grid && !fault; ++k) {
    place.ctaid = position(k, grid, order);
    run_block(threads, place, shared_bytes, order);
  }
  free(shared_range.shadow);
  free(shared);
  free(threads);
  return fault;
}
