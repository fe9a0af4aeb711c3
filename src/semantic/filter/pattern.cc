#include "semantic/filter/pattern.h"

#include <re2/re2.h>

#include <fmt/format.h>

namespace icelight::semantic {

Checked<> check_pattern(const std::string& pattern, const Place& place) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_case_sensitive(false);
    const re2::RE2 compiled(pattern, options);
    if (compiled.ok()) return {};
    return refuse(fmt::format("this is not a regular expression: {}", compiled.error()),
                  place.pointer());
}

}  // namespace icelight::semantic
