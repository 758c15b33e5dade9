/* Counts of microseconds, exact below 64 and within 1.6 % above. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

struct histogram {
  uint64_t counts[64 * 40];
  uint64_t total;
  uint64_t max;
};

void histogram_reset(struct histogram *histogram);

void histogram_add(struct histogram *histogram, uint64_t microseconds);

/* The quantile of the samples for a share from 0 to 1; 0 without samples. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
