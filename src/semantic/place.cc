#include "semantic/place.h"

namespace icelight::semantic {

std::string Place::pointer() const {
    if (parent_ == nullptr) return {};
    std::string out = parent_->pointer() + '/';
    if (is_index_) return out + std::to_string(index_);
    for (const char c : key_) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace icelight::semantic
