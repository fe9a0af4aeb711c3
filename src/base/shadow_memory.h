#pragma once

namespace icelight {

/// Built with a sanitizer whose shadow memory counts as the process's data: no RLIMIT_DATA that
/// bounds the program leaves room for it, so none is set.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kHasShadowMemory = true;
#else
inline constexpr bool kHasShadowMemory = false;
#endif

}  // namespace icelight
