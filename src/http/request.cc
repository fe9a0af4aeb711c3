#include "http/request.h"

#include "base/letter_case.h"

namespace icelight::http {
namespace {

constexpr std::size_t kHeadBytesTypical = 1024;
constexpr std::size_t kHeadersTypical = 16;

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// Where the path of an absolute form begins; 0 for any other form.
std::size_t find_path_start(std::string_view target) {
    constexpr std::string_view kScheme = "http://";
    if (target.size() < kScheme.size()) return 0;
    if (!equal_ignoring_case(target.substr(0, kScheme.size()), kScheme)) return 0;
    const std::size_t slash = target.find_first_of("/?", kScheme.size());
    return slash == std::string_view::npos ? target.size() : slash;
}

}  // namespace

void Request::set_target(std::string_view target) {
    head_.clear();
    headers_.clear();
    headers_.reserve(kHeadersTypical);
    head_.reserve(target.size() + kHeadBytesTypical);
    head_.append(target);
    target_bytes_ = target.size();
    path_offset_ = find_path_start(target);
    if (path_offset_ > 0) {
        constexpr std::size_t kSchemeBytes = 7;
        authority_offset_ = kSchemeBytes;
        authority_bytes_ = path_offset_ - kSchemeBytes;
    }
    const std::size_t mark = target.find('?', path_offset_);
    const std::size_t path_end = mark == std::string_view::npos ? target.size() : mark;
    path_bytes_ = path_end - path_offset_;
    while (path_bytes_ > 1 && head_[path_offset_ + path_bytes_ - 1] == '/')
        --path_bytes_;
    query_offset_ = mark == std::string_view::npos ? target.size() : mark + 1;
    query_bytes_ = target.size() - query_offset_;
}

void Request::add_header(std::string_view name, std::string_view value) {
    value = trim(value);
    Header header{};
    header.name_offset = static_cast<std::uint32_t>(head_.size());
    header.name_bytes = static_cast<std::uint32_t>(name.size());
    head_.append(name);
    header.value_offset = static_cast<std::uint32_t>(head_.size());
    header.value_bytes = static_cast<std::uint32_t>(value.size());
    head_.append(value);
    headers_.push_back(header);
}

std::optional<std::string_view> Request::find_header(std::string_view name) const {
    for (const Header& header : headers_) {
        if (header.name_bytes == name.size() && equal_ignoring_case(name_of(header), name))
            return value_of(header);
    }
    return std::nullopt;
}

std::string_view Request::header(std::string_view name) const {
    return find_header(name).value_or(std::string_view());
}

std::vector<std::string_view> Request::all_headers(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Header& header : headers_) {
        if (equal_ignoring_case(name_of(header), name)) values.push_back(value_of(header));
    }
    return values;
}

std::size_t Request::count_headers(std::string_view name) const {
    std::size_t count = 0;
    for (const Header& header : headers_)
        if (equal_ignoring_case(name_of(header), name)) ++count;
    return count;
}

std::string_view Request::host() const {
    if (authority_bytes_ > 0)
        return std::string_view(head_).substr(authority_offset_, authority_bytes_);
    return header("Host");
}

std::string_view Request::name_of(const Header& header) const {
    return std::string_view(head_).substr(header.name_offset, header.name_bytes);
}

std::string_view Request::value_of(const Header& header) const {
    return std::string_view(head_).substr(header.value_offset, header.value_bytes);
}

}  // namespace icelight::http
