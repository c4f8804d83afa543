// The tools as the host and models see them.
#pragma once

#include <string_view>

namespace platos::skill_parallel {

inline constexpr std::string_view kSearch = "parallel_search";
inline constexpr std::string_view kExtract = "parallel_extract";
inline constexpr std::string_view kResearch = "parallel_deep_research";
inline constexpr std::string_view kResult = "parallel_deep_research_result";

inline constexpr std::size_t kMostQueries = 10;
inline constexpr std::size_t kMostUrls = 5;
inline constexpr std::size_t kMostQueryCharacters = 200;
inline constexpr std::size_t kMostUrlCharacters = 2048;
inline constexpr std::size_t kMostObjectiveCharacters = 5000;
inline constexpr std::size_t kMostInstructionCharacters = 15000;

/// A JSON array, as platos.skill/1 has it. A call of deep research starts something that costs money, so it is "once".
inline constexpr std::string_view kTools = R"json([
  {"name": "parallel_search", "title": "Search the web with Parallel", "effect": "read", "timeout_ms": 60000,
   "description": "Search the web for an objective. Returns pages with the excerpts that bear on it; cite their URLs.",
   "input_schema": {"type": "object", "additionalProperties": false, "required": ["objective", "searchQueries"],
     "properties": {
       "objective": {"type": "string", "minLength": 1, "maxLength": 5000,
                     "description": "What is to be found out, in a sentence or two."},
       "searchQueries": {"type": "array", "minItems": 1, "maxItems": 10,
                         "items": {"type": "string", "minLength": 1, "maxLength": 200},
                         "description": "Keyword queries, each from another side."}}}},
  {"name": "parallel_extract", "title": "Read web pages with Parallel", "effect": "read", "timeout_ms": 60000,
   "description": "Read up to five pages and return the excerpts that bear on an objective.",
   "input_schema": {"type": "object", "additionalProperties": false, "required": ["urls", "objective"],
     "properties": {
       "urls": {"type": "array", "minItems": 1, "maxItems": 5,
                "items": {"type": "string", "minLength": 1, "maxLength": 2048}},
       "objective": {"type": "string", "minLength": 1, "maxLength": 5000}}}},
  {"name": "parallel_deep_research", "title": "Research with Parallel", "effect": "once", "timeout_ms": 330000,
   "description": "Let Parallel research a question on the web, for minutes. Returns the output, or {runId, status: running}; then ask parallel_deep_research_result later.",
   "input_schema": {"type": "object", "additionalProperties": false, "required": ["instructions"],
     "properties": {
       "instructions": {"type": "string", "minLength": 1, "maxLength": 15000},
       "outputSchema": {"default": "auto",
                        "anyOf": [{"enum": ["markdown", "text", "auto"]}, {"type": "object"}],
                        "description": "markdown, text, auto, or a JSON Schema of the output."},
       "processor": {"enum": ["lite", "base", "core", "pro", "ultra", "ultra8x"], "default": "base",
                     "description": "From quick and cheap to thorough and dear."}}}},
  {"name": "parallel_deep_research_result", "title": "Result of a research", "effect": "read", "timeout_ms": 60000,
   "description": "The result of a parallel_deep_research that was still running, or {runId, status: running}.",
   "input_schema": {"type": "object", "additionalProperties": false, "required": ["runId"],
     "properties": {"runId": {"type": "string", "minLength": 1, "maxLength": 128}}}}
])json";

}  // namespace platos::skill_parallel
