// How platos-document-text ends: between it and who runs it.
#pragma once

namespace platos::skill_rag::document_text_exit {

inline constexpr int kDone = 0;
inline constexpr int kUnreadable = 3;
inline constexpr int kLocked = 4;
inline constexpr int kTooManyPages = 5;
inline constexpr int kTooMuchText = 6;
inline constexpr int kNotConfined = 7;
inline constexpr int kBroken = 8;

}  // namespace platos::skill_rag::document_text_exit
