// The text of a PDF, by a program of its own: parsers of PDF are attacked, and this one has nothing to gain.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace platos::skill_rag {

inline constexpr std::size_t kPdfBytesLimit = 32 * 1024 * 1024;
inline constexpr std::size_t kPdfTextBytesLimit = 8 * 1024 * 1024;
inline constexpr std::int64_t kPdfTimeMs = 20'000;

/// Runs `program`, which is the one of pdf-text/main.cpp, and kills it after `time_ms`. `poll` is called about every
/// 50 ms and throws to give up. Throws Error: INVALID_ARGUMENT when it is no PDF, is locked, holds no text, or takes
/// too much to read; INTERNAL when the program cannot be started. Any thread.
std::string pdf_text(const std::string& program, std::string_view pdf, const std::function<void()>& poll,
                     std::int64_t time_ms = kPdfTimeMs);

/// The program as it is installed: beside the library that holds this function.
std::string installed_pdf_program();

}  // namespace platos::skill_rag
