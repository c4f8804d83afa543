/* Everything that the ABI check looks at: one function that takes a pointer to every public struct.
 *
 * Compiled with debug information and never run. A struct that is missing here is not checked, so a new one is added in
 * the same change; tests/abi/layout.c then wants it too. */
#include "platos/platos.h"

struct platos_abi_probe {
  platos_slice_t *slice;
  platos_writer_t *writer;
  platos_host_t *host;
  platos_component_t *component;
  platos_plugin_entry_t *entry;
  platos_header_t *header;
  platos_step_t *step;
  platos_event_t *event;
  platos_event_sink_t *event_sink;
  platos_provider_t *provider;
  platos_output_t *output;
  platos_tool_sink_t *tool_sink;
  platos_skill_t *skill;
  platos_http_request_t *http_request;
  platos_http_sink_t *http_sink;
  platos_host_http_t *host_http;
  platos_web_request_t *web_request;
  platos_web_page_t *web_page;
  platos_web_sink_t *web_sink;
  platos_host_public_web_t *host_public_web;
  platos_host_secrets_t *host_secrets;
  platos_host_seal_t *host_seal;
  platos_host_mail_t *host_mail;
  platos_sandbox_pair_t *sandbox_pair;
  platos_sandbox_job_t *sandbox_job;
  platos_sandbox_end_t *sandbox_end;
  platos_sandbox_sink_t *sandbox_sink;
  platos_workspace_limits_t *workspace_limits;
  platos_host_sandbox_t *host_sandbox;
  platos_vector_sink_t *vector_sink;
  platos_embedder_t *embedder;
  platos_image_sink_t *image_sink;
  platos_image_maker_t *image_maker;
  platos_memory_space_t *memory_space;
  platos_memory_record_t *memory_record;
  platos_memory_query_t *memory_query;
  platos_memory_page_t *memory_page;
  platos_memory_sink_t *memory_sink;
  platos_memory_t *memory;
  platos_verdict_t *verdict;
  platos_governor_t *governor;
  platos_attribute_t *attribute;
  platos_record_t *record;
  platos_observer_t *observer;
  platos_label_t *label;
  platos_host_metrics_t *host_metrics;
  platos_host_spans_t *host_spans;
  platos_host_state_dir_t *host_state_dir;
};

PLATOS_EXPORT void platos_abi_probe(struct platos_abi_probe *all);
void platos_abi_probe(struct platos_abi_probe *all) { (void)all; }
