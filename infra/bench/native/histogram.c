#include "histogram.h"

#include <string.h>

enum { SUB_BUCKETS = 64, BUCKETS = 64 * 40 };

static unsigned bucket_of(uint64_t value) {
  if (value < SUB_BUCKETS) return value;
  unsigned shift = 63 - __builtin_clzll(value) - 6;
  unsigned bucket = (shift + 1) * SUB_BUCKETS + (value >> shift) - SUB_BUCKETS;
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The largest value of a bucket. */
static uint64_t limit_of(unsigned bucket) {
  if (bucket < SUB_BUCKETS) return bucket;
  unsigned shift = bucket / SUB_BUCKETS - 1;
  return (((uint64_t)(bucket % SUB_BUCKETS + SUB_BUCKETS) + 1) << shift) - 1;
}

void histogram_reset(struct histogram *histogram) { memset(histogram, 0, sizeof *histogram); }

void histogram_add(struct histogram *histogram, uint64_t microseconds) {
  histogram->counts[bucket_of(microseconds)]++;
  histogram->total++;
  if (microseconds > histogram->max) histogram->max = microseconds;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share) {
  uint64_t wanted = share * histogram->total, seen = 0;
  if (histogram->total == 0) return 0;
  for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
    seen += histogram->counts[bucket];
    if (seen > wanted) return limit_of(bucket) < histogram->max ? limit_of(bucket) : histogram->max;
  }
  return histogram->max;
}
