// How much of a test of many random rounds is done where each round takes ten times as long.
#pragma once

namespace tickertape::testing {

// Sanitizers see the same paths in a fraction of the rounds; all of them run in a plain build.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool is_sanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool is_sanitized = false;
#endif

template <class Number>
constexpr Number rounds(Number usual, Number under_sanitizer)
{
    return is_sanitized ? under_sanitizer : usual;
}

}  // namespace tickertape::testing
