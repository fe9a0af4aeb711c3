#include "http/method.h"

#include <array>

namespace icelight::http {
namespace {

constexpr std::array<std::string_view, kMethodCount> kNames = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "OTHER"};

}  // namespace

std::string_view method_name(Method method) {
    return kNames[static_cast<std::size_t>(method)];
}

Method parse_method(std::string_view name) {
    for (std::size_t i = 0; i + 1 < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<Method>(i);
    return Method::kOther;
}

std::string MethodSet::text() const {
    MethodSet all = *this;
    if (holds(Method::kGet)) all.add(Method::kHead);
    all.add(Method::kOptions);
    std::string text;
    for (std::size_t i = 0; i + 1 < kNames.size(); ++i) {
        if (!all.holds(static_cast<Method>(i))) continue;
        if (!text.empty()) text += ", ";
        text += kNames[i];
    }
    return text;
}

}  // namespace icelight::http
