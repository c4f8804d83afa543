/* Every size, offset and constant of the public headers, as numbers. It compiles, or a plugin built before would break.
 *
 * Written once from the headers, kept by hand: a change here is a change of the ABI. */
#include "platos/platos.h"

#define SIZE(type, bytes) PLATOS_STATIC_ASSERT(sizeof(type) == (bytes), "the size of " #type " has changed")
#define AT(type, member, offset) \
  PLATOS_STATIC_ASSERT(offsetof(type, member) == (offset), #type "." #member " has moved")
#define VALUE(name, number) PLATOS_STATIC_ASSERT((name) == (number), "the number of " #name " has changed")

SIZE(platos_slice_t, 16);
AT(platos_slice_t, data, 0);
AT(platos_slice_t, size, 8);

SIZE(platos_writer_t, 24);
AT(platos_writer_t, struct_size, 0);
AT(platos_writer_t, reserved, 4);
AT(platos_writer_t, context, 8);
AT(platos_writer_t, write, 16);

SIZE(platos_component_t, 56);
AT(platos_component_t, struct_size, 0);
AT(platos_component_t, flags, 4);
AT(platos_component_t, id, 8);
AT(platos_component_t, interface_id, 16);
AT(platos_component_t, config_schema, 24);
AT(platos_component_t, create, 32);
AT(platos_component_t, destroy, 40);
AT(platos_component_t, get_interface, 48);

SIZE(platos_plugin_entry_t, 80);
AT(platos_plugin_entry_t, magic, 0);
AT(platos_plugin_entry_t, struct_size, 4);
AT(platos_plugin_entry_t, generation, 8);
AT(platos_plugin_entry_t, min_host_minor, 10);
AT(platos_plugin_entry_t, flags, 12);
AT(platos_plugin_entry_t, plugin_id, 16);
AT(platos_plugin_entry_t, plugin_version, 24);
AT(platos_plugin_entry_t, sdk_version, 32);
AT(platos_plugin_entry_t, build_info, 40);
AT(platos_plugin_entry_t, init, 48);
AT(platos_plugin_entry_t, shutdown, 56);
AT(platos_plugin_entry_t, component_count, 64);
AT(platos_plugin_entry_t, component_at, 72);

SIZE(platos_host_t, 80);
AT(platos_host_t, struct_size, 0);
AT(platos_host_t, generation, 4);
AT(platos_host_t, minor, 6);
AT(platos_host_t, context, 8);
AT(platos_host_t, get_service, 16);
AT(platos_host_t, log, 24);
AT(platos_host_t, log_level, 32);
AT(platos_host_t, now_ns, 40);
AT(platos_host_t, is_cancelled, 48);
AT(platos_host_t, deadline_ns, 56);
AT(platos_host_t, call_attribute, 64);
AT(platos_host_t, error_set, 72);

SIZE(platos_header_t, 32);
AT(platos_header_t, name, 0);
AT(platos_header_t, value, 16);

SIZE(platos_step_t, 88);
AT(platos_step_t, struct_size, 0);
AT(platos_step_t, kind, 4);
AT(platos_step_t, framing, 8);
AT(platos_step_t, timeout_ms, 12);
AT(platos_step_t, wait_ms, 16);
AT(platos_step_t, method, 24);
AT(platos_step_t, url, 40);
AT(platos_step_t, headers, 56);
AT(platos_step_t, header_count, 64);
AT(platos_step_t, body, 72);

SIZE(platos_event_t, 120);
AT(platos_event_t, struct_size, 0);
AT(platos_event_t, kind, 4);
AT(platos_event_t, index, 8);
AT(platos_event_t, stop_reason, 12);
AT(platos_event_t, text, 16);
AT(platos_event_t, id, 32);
AT(platos_event_t, name, 48);
AT(platos_event_t, json, 64);
AT(platos_event_t, input_tokens, 80);
AT(platos_event_t, output_tokens, 88);
AT(platos_event_t, cached_tokens, 96);
AT(platos_event_t, reasoning_tokens, 104);
AT(platos_event_t, cache_write_tokens, 112);

SIZE(platos_event_sink_t, 24);
AT(platos_event_sink_t, struct_size, 0);
AT(platos_event_sink_t, reserved, 4);
AT(platos_event_sink_t, context, 8);
AT(platos_event_sink_t, emit, 16);

SIZE(platos_provider_t, 64);
AT(platos_provider_t, struct_size, 0);
AT(platos_provider_t, reserved, 4);
AT(platos_provider_t, models, 8);
AT(platos_provider_t, begin, 16);
AT(platos_provider_t, next, 24);
AT(platos_provider_t, on_head, 32);
AT(platos_provider_t, on_frame, 40);
AT(platos_provider_t, on_end, 48);
AT(platos_provider_t, end, 56);

SIZE(platos_http_request_t, 72);
AT(platos_http_request_t, struct_size, 0);
AT(platos_http_request_t, timeout_ms, 4);
AT(platos_http_request_t, method, 8);
AT(platos_http_request_t, url, 24);
AT(platos_http_request_t, headers, 40);
AT(platos_http_request_t, header_count, 48);
AT(platos_http_request_t, body, 56);

SIZE(platos_http_sink_t, 32);
AT(platos_http_sink_t, struct_size, 0);
AT(platos_http_sink_t, reserved, 4);
AT(platos_http_sink_t, context, 8);
AT(platos_http_sink_t, head, 16);
AT(platos_http_sink_t, body, 24);

SIZE(platos_host_http_t, 16);
AT(platos_host_http_t, struct_size, 0);
AT(platos_host_http_t, reserved, 4);
AT(platos_host_http_t, exchange, 8);

SIZE(platos_host_secrets_t, 24);
AT(platos_host_secrets_t, struct_size, 0);
AT(platos_host_secrets_t, reserved, 4);
AT(platos_host_secrets_t, exists, 8);
AT(platos_host_secrets_t, sign, 16);

SIZE(platos_output_t, 40);
AT(platos_output_t, struct_size, 0);
AT(platos_output_t, kind, 4);
AT(platos_output_t, data, 8);
AT(platos_output_t, label, 24);

SIZE(platos_tool_sink_t, 24);
AT(platos_tool_sink_t, struct_size, 0);
AT(platos_tool_sink_t, reserved, 4);
AT(platos_tool_sink_t, context, 8);
AT(platos_tool_sink_t, emit, 16);

SIZE(platos_skill_t, 32);
AT(platos_skill_t, struct_size, 0);
AT(platos_skill_t, reserved, 4);
AT(platos_skill_t, list, 8);
AT(platos_skill_t, invoke, 16);
AT(platos_skill_t, interrupt, 24);

SIZE(platos_vector_sink_t, 32);
AT(platos_vector_sink_t, struct_size, 0);
AT(platos_vector_sink_t, reserved, 4);
AT(platos_vector_sink_t, context, 8);
AT(platos_vector_sink_t, vector, 16);
AT(platos_vector_sink_t, usage, 24);

SIZE(platos_embedder_t, 64);
AT(platos_embedder_t, struct_size, 0);
AT(platos_embedder_t, reserved, 4);
AT(platos_embedder_t, describe, 8);
AT(platos_embedder_t, begin, 16);
AT(platos_embedder_t, next, 24);
AT(platos_embedder_t, on_head, 32);
AT(platos_embedder_t, on_frame, 40);
AT(platos_embedder_t, on_end, 48);
AT(platos_embedder_t, end, 56);

SIZE(platos_image_sink_t, 32);
AT(platos_image_sink_t, struct_size, 0);
AT(platos_image_sink_t, reserved, 4);
AT(platos_image_sink_t, context, 8);
AT(platos_image_sink_t, piece, 16);
AT(platos_image_sink_t, about, 24);

SIZE(platos_image_maker_t, 64);
AT(platos_image_maker_t, struct_size, 0);
AT(platos_image_maker_t, reserved, 4);
AT(platos_image_maker_t, describe, 8);
AT(platos_image_maker_t, begin, 16);
AT(platos_image_maker_t, next, 24);
AT(platos_image_maker_t, on_head, 32);
AT(platos_image_maker_t, on_frame, 40);
AT(platos_image_maker_t, on_end, 48);
AT(platos_image_maker_t, end, 56);

SIZE(platos_memory_space_t, 40);
AT(platos_memory_space_t, struct_size, 0);
AT(platos_memory_space_t, reserved, 4);
AT(platos_memory_space_t, tenant, 8);
AT(platos_memory_space_t, collection, 24);

SIZE(platos_memory_record_t, 64);
AT(platos_memory_record_t, struct_size, 0);
AT(platos_memory_record_t, dimensions, 4);
AT(platos_memory_record_t, id, 8);
AT(platos_memory_record_t, content, 24);
AT(platos_memory_record_t, metadata_json, 40);
AT(platos_memory_record_t, vector, 56);

SIZE(platos_memory_query_t, 64);
AT(platos_memory_query_t, struct_size, 0);
AT(platos_memory_query_t, mode, 4);
AT(platos_memory_query_t, text, 8);
AT(platos_memory_query_t, vector, 24);
AT(platos_memory_query_t, dimensions, 32);
AT(platos_memory_query_t, limit, 36);
AT(platos_memory_query_t, min_score, 40);
AT(platos_memory_query_t, filter_json, 48);

SIZE(platos_memory_page_t, 40);
AT(platos_memory_page_t, struct_size, 0);
AT(platos_memory_page_t, limit, 4);
AT(platos_memory_page_t, after, 8);
AT(platos_memory_page_t, filter_json, 24);

SIZE(platos_memory_sink_t, 24);
AT(platos_memory_sink_t, struct_size, 0);
AT(platos_memory_sink_t, reserved, 4);
AT(platos_memory_sink_t, context, 8);
AT(platos_memory_sink_t, record, 16);

SIZE(platos_memory_t, 64);
AT(platos_memory_t, struct_size, 0);
AT(platos_memory_t, reserved, 4);
AT(platos_memory_t, describe, 8);
AT(platos_memory_t, upsert, 16);
AT(platos_memory_t, fetch, 24);
AT(platos_memory_t, remove, 32);
AT(platos_memory_t, search, 40);
AT(platos_memory_t, list, 48);
AT(platos_memory_t, interrupt, 56);

SIZE(platos_verdict_t, 96);
AT(platos_verdict_t, struct_size, 0);
AT(platos_verdict_t, decision, 4);
AT(platos_verdict_t, release_bytes, 8);
AT(platos_verdict_t, replacement, 16);
AT(platos_verdict_t, rule_id, 32);
AT(platos_verdict_t, reason, 48);
AT(platos_verdict_t, findings_json, 64);
AT(platos_verdict_t, approval_json, 80);

SIZE(platos_governor_t, 40);
AT(platos_governor_t, struct_size, 0);
AT(platos_governor_t, reserved, 4);
AT(platos_governor_t, points, 8);
AT(platos_governor_t, begin, 16);
AT(platos_governor_t, feed, 24);
AT(platos_governor_t, end, 32);

SIZE(platos_attribute_t, 56);
AT(platos_attribute_t, key, 0);
AT(platos_attribute_t, type, 16);
AT(platos_attribute_t, reserved, 20);
AT(platos_attribute_t, integer, 24);
AT(platos_attribute_t, number, 32);
AT(platos_attribute_t, text, 40);

SIZE(platos_record_t, 120);
AT(platos_record_t, struct_size, 0);
AT(platos_record_t, kind, 4);
AT(platos_record_t, trace_id, 8);
AT(platos_record_t, span_id, 24);
AT(platos_record_t, parent_span_id, 32);
AT(platos_record_t, severity, 40);
AT(platos_record_t, span_kind, 44);
AT(platos_record_t, metric_kind, 48);
AT(platos_record_t, attribute_count, 52);
AT(platos_record_t, start_ns, 56);
AT(platos_record_t, end_ns, 64);
AT(platos_record_t, value, 72);
AT(platos_record_t, name, 80);
AT(platos_record_t, body, 96);
AT(platos_record_t, attributes, 112);

SIZE(platos_observer_t, 24);
AT(platos_observer_t, struct_size, 0);
AT(platos_observer_t, reserved, 4);
AT(platos_observer_t, consume, 8);
AT(platos_observer_t, flush, 16);

SIZE(platos_label_t, 32);
AT(platos_label_t, name, 0);
AT(platos_label_t, value, 16);

SIZE(platos_host_metrics_t, 24);
AT(platos_host_metrics_t, struct_size, 0);
AT(platos_host_metrics_t, reserved, 4);
AT(platos_host_metrics_t, series, 8);
AT(platos_host_metrics_t, record, 16);

SIZE(platos_host_spans_t, 24);
AT(platos_host_spans_t, struct_size, 0);
AT(platos_host_spans_t, reserved, 4);
AT(platos_host_spans_t, start, 8);
AT(platos_host_spans_t, end, 16);

SIZE(platos_web_request_t, 56);
AT(platos_web_request_t, struct_size, 0);
AT(platos_web_request_t, timeout_ms, 4);
AT(platos_web_request_t, url, 8);
AT(platos_web_request_t, accept, 24);
AT(platos_web_request_t, max_bytes, 40);
AT(platos_web_request_t, max_redirects, 48);
AT(platos_web_request_t, reserved, 52);

SIZE(platos_web_page_t, 64);
AT(platos_web_page_t, struct_size, 0);
AT(platos_web_page_t, http_status, 4);
AT(platos_web_page_t, url, 8);
AT(platos_web_page_t, headers, 24);
AT(platos_web_page_t, header_count, 32);
AT(platos_web_page_t, body, 40);
AT(platos_web_page_t, truncated, 56);
AT(platos_web_page_t, reserved, 60);

SIZE(platos_web_sink_t, 24);
AT(platos_web_sink_t, struct_size, 0);
AT(platos_web_sink_t, reserved, 4);
AT(platos_web_sink_t, context, 8);
AT(platos_web_sink_t, page, 16);

SIZE(platos_host_public_web_t, 16);
AT(platos_host_public_web_t, struct_size, 0);
AT(platos_host_public_web_t, reserved, 4);
AT(platos_host_public_web_t, fetch, 8);
SIZE(platos_sandbox_pair_t, 32);
AT(platos_sandbox_pair_t, name, 0);
AT(platos_sandbox_pair_t, value, 16);

SIZE(platos_sandbox_job_t, 80);
AT(platos_sandbox_job_t, struct_size, 0);
AT(platos_sandbox_job_t, timeout_ms, 4);
AT(platos_sandbox_job_t, command, 8);
AT(platos_sandbox_job_t, command_count, 16);
AT(platos_sandbox_job_t, files, 24);
AT(platos_sandbox_job_t, file_count, 32);
AT(platos_sandbox_job_t, variables, 40);
AT(platos_sandbox_job_t, variable_count, 48);
AT(platos_sandbox_job_t, input, 56);
AT(platos_sandbox_job_t, max_output_bytes, 72);

SIZE(platos_sandbox_end_t, 64);
AT(platos_sandbox_end_t, struct_size, 0);
AT(platos_sandbox_end_t, exit_code, 4);
AT(platos_sandbox_end_t, flags, 8);
AT(platos_sandbox_end_t, reserved, 12);
AT(platos_sandbox_end_t, output, 16);
AT(platos_sandbox_end_t, errors, 32);
AT(platos_sandbox_end_t, stopped_for, 48);

SIZE(platos_sandbox_sink_t, 24);
AT(platos_sandbox_sink_t, struct_size, 0);
AT(platos_sandbox_sink_t, reserved, 4);
AT(platos_sandbox_sink_t, context, 8);
AT(platos_sandbox_sink_t, ended, 16);

SIZE(platos_workspace_limits_t, 32);
AT(platos_workspace_limits_t, struct_size, 0);
AT(platos_workspace_limits_t, reserved, 4);
AT(platos_workspace_limits_t, max_bytes, 8);
AT(platos_workspace_limits_t, max_entries, 16);
AT(platos_workspace_limits_t, max_file_bytes, 24);

SIZE(platos_host_sandbox_t, 24);
AT(platos_host_sandbox_t, struct_size, 0);
AT(platos_host_sandbox_t, reserved, 4);
AT(platos_host_sandbox_t, run, 8);
AT(platos_host_sandbox_t, workspace, 16);

VALUE(PLATOS_SANDBOX_TIMED_OUT, 1);
VALUE(PLATOS_SANDBOX_OUTPUT_CUT, 2);

SIZE(platos_host_seal_t, 32);
AT(platos_host_seal_t, struct_size, 0);
AT(platos_host_seal_t, reserved, 4);
AT(platos_host_seal_t, seal, 8);
AT(platos_host_seal_t, open, 16);
AT(platos_host_seal_t, hash, 24);

SIZE(platos_mail_attachment_t, 56);
AT(platos_mail_attachment_t, name, 8);
AT(platos_mail_attachment_t, content_type, 24);
AT(platos_mail_attachment_t, bytes, 40);
SIZE(platos_mail_t, 136);
AT(platos_mail_t, struct_size, 0);
AT(platos_mail_t, to, 8);
AT(platos_mail_t, to_count, 16);
AT(platos_mail_t, cc, 24);
AT(platos_mail_t, cc_count, 32);
AT(platos_mail_t, bcc, 40);
AT(platos_mail_t, bcc_count, 48);
AT(platos_mail_t, reply_to, 56);
AT(platos_mail_t, subject, 72);
AT(platos_mail_t, text, 88);
AT(platos_mail_t, html, 104);
AT(platos_mail_t, attachments, 120);
AT(platos_mail_t, attachment_count, 128);
SIZE(platos_host_mail_t, 16);
AT(platos_host_mail_t, struct_size, 0);
AT(platos_host_mail_t, reserved, 4);
AT(platos_host_mail_t, send, 8);

VALUE(PLATOS_SEAL_HASH_BYTES, 16);
VALUE(PLATOS_SEAL_OVERHEAD_BYTES, 32);

SIZE(platos_host_state_dir_t, 16);
AT(platos_host_state_dir_t, struct_size, 0);
AT(platos_host_state_dir_t, reserved, 4);
AT(platos_host_state_dir_t, path, 8);

VALUE(PLATOS_LOG_DEBUG, 1);
VALUE(PLATOS_LOG_INFO, 2);
VALUE(PLATOS_LOG_WARN, 3);
VALUE(PLATOS_LOG_ERROR, 4);
VALUE(PLATOS_CLOCK_WALL, 1);
VALUE(PLATOS_CLOCK_MONOTONIC, 2);
VALUE(PLATOS_STEP_DONE, 1);
VALUE(PLATOS_STEP_HTTP, 2);
VALUE(PLATOS_STEP_WAIT, 3);
VALUE(PLATOS_STEP_WS, 4);
VALUE(PLATOS_FRAMING_RAW, 1);
VALUE(PLATOS_FRAMING_SSE, 2);
VALUE(PLATOS_FRAMING_NDJSON, 3);
VALUE(PLATOS_FRAMING_WHOLE, 4);
VALUE(PLATOS_EVENT_TEXT, 1);
VALUE(PLATOS_EVENT_REASONING, 2);
VALUE(PLATOS_EVENT_TOOL_BEGIN, 3);
VALUE(PLATOS_EVENT_TOOL_ARGS, 4);
VALUE(PLATOS_EVENT_TOOL_END, 5);
VALUE(PLATOS_EVENT_USAGE, 6);
VALUE(PLATOS_EVENT_STOP, 7);
VALUE(PLATOS_EVENT_EXTRA, 8);
VALUE(PLATOS_STOP_END, 1);
VALUE(PLATOS_STOP_TOOLS, 2);
VALUE(PLATOS_STOP_LENGTH, 3);
VALUE(PLATOS_STOP_REFUSED, 4);
VALUE(PLATOS_STOP_OTHER, 5);
VALUE(PLATOS_OUTPUT_TEXT, 1);
VALUE(PLATOS_OUTPUT_JSON, 2);
VALUE(PLATOS_OUTPUT_BLOB, 3);
VALUE(PLATOS_OUTPUT_ARTIFACT_REF, 4);
VALUE(PLATOS_OUTPUT_PROGRESS, 5);
VALUE(PLATOS_OUTPUT_LOG, 6);
VALUE(PLATOS_OK, 0);
VALUE(PLATOS_CANCELLED, 1);
VALUE(PLATOS_UNKNOWN, 2);
VALUE(PLATOS_INVALID_ARGUMENT, 3);
VALUE(PLATOS_DEADLINE, 4);
VALUE(PLATOS_NOT_FOUND, 5);
VALUE(PLATOS_ALREADY_EXISTS, 6);
VALUE(PLATOS_PERMISSION_DENIED, 7);
VALUE(PLATOS_RESOURCE_EXHAUSTED, 8);
VALUE(PLATOS_FAILED_PRECONDITION, 9);
VALUE(PLATOS_ABORTED, 10);
VALUE(PLATOS_UNIMPLEMENTED, 12);
VALUE(PLATOS_INTERNAL, 13);
VALUE(PLATOS_UNAVAILABLE, 14);
VALUE(PLATOS_DATA_LOSS, 15);
VALUE(PLATOS_UNAUTHENTICATED, 16);
VALUE(PLATOS_SUSPENDED, 17);

VALUE(PLATOS_PLUGIN_MAGIC, 0x54414C50u);

VALUE(PLATOS_MEMORY_KEYWORD, 1);
VALUE(PLATOS_MEMORY_VECTOR, 2);
VALUE(PLATOS_MEMORY_HYBRID, 3);
VALUE(PLATOS_POINT_SESSION_START, 1);
VALUE(PLATOS_POINT_BEFORE_MODEL, 2);
VALUE(PLATOS_POINT_AFTER_MODEL, 4);
VALUE(PLATOS_POINT_BEFORE_TOOL, 8);
VALUE(PLATOS_POINT_AFTER_TOOL, 16);
VALUE(PLATOS_POINT_BEFORE_MEMORY_WRITE, 32);
VALUE(PLATOS_POINT_EGRESS, 64);
VALUE(PLATOS_ALLOW, 1);
VALUE(PLATOS_REDACT, 2);
VALUE(PLATOS_REQUIRE_APPROVAL, 3);
VALUE(PLATOS_DENY, 4);
VALUE(PLATOS_RECORD_SPAN, 1);
VALUE(PLATOS_RECORD_METRIC, 2);
VALUE(PLATOS_RECORD_LOG, 3);
VALUE(PLATOS_RECORD_EVENT, 4);
VALUE(PLATOS_ATTRIBUTE_TEXT, 1);
VALUE(PLATOS_ATTRIBUTE_INTEGER, 2);
VALUE(PLATOS_ATTRIBUTE_DOUBLE, 3);
VALUE(PLATOS_ATTRIBUTE_BOOLEAN, 4);
VALUE(PLATOS_SEVERITY_OK, 1);
VALUE(PLATOS_SEVERITY_INFO, 2);
VALUE(PLATOS_SEVERITY_WARN, 3);
VALUE(PLATOS_SEVERITY_ERROR, 4);
VALUE(PLATOS_METRIC_COUNTER, 1);
VALUE(PLATOS_METRIC_GAUGE, 2);
VALUE(PLATOS_METRIC_HISTOGRAM, 3);
VALUE(PLATOS_SPAN_INTERNAL, 1);
VALUE(PLATOS_SPAN_CLIENT, 2);
VALUE(PLATOS_SPAN_SERVER, 3);
VALUE(PLATOS_SERIES_COUNTER, 1);
VALUE(PLATOS_SERIES_GAUGE, 2);
VALUE(PLATOS_SERIES_HISTOGRAM, 3);
VALUE(PLATOS_IMAGE_MAX_BYTES, 20971520);
