/* platos.host.metrics/1: counters, gauges and histograms that appear on the host's /metrics.
 *
 * There for every instance. A series is a name with a fixed set of labels; names come out as
 * platos_plugin_<name>{instance="..."}. At most 64 series an instance. */
#ifndef PLATOS_SERVICES_METRICS_H
#define PLATOS_SERVICES_METRICS_H

#include "platos/host.h"

#define PLATOS_HOST_METRICS "platos.host.metrics/1"

typedef struct platos_metric platos_metric_t; /* lives as long as the instance */

enum { PLATOS_SERIES_COUNTER = 1, PLATOS_SERIES_GAUGE = 2, PLATOS_SERIES_HISTOGRAM = 3 };

typedef struct platos_label {
  platos_slice_t name; /* [a-z_][a-z0-9_]* */
  platos_slice_t value;
} platos_label_t;

typedef struct platos_host_metrics {
  uint32_t struct_size;
  uint32_t reserved;

  /* Makes a series, or gives the one with this name and these labels. name: [a-z][a-z0-9_]*, counters end with _total,
   * times are in seconds. help: one sentence. INVALID_ARGUMENT: a bad name, or one that has another kind already;
   * RESOURCE_EXHAUSTED: too many.                                                                              [any] */
  int32_t (*series)(const platos_host_t *host, int32_t kind, platos_slice_t name, platos_slice_t help,
                    const platos_label_t *labels, size_t label_count, platos_metric_t **metric, platos_error_t *error);

  /* A counter grows by value (below 0: ignored), a gauge becomes value, a histogram observes value.            [any] */
  void (*record)(const platos_host_t *host, platos_metric_t *metric, double value);
} platos_host_metrics_t;

#endif
