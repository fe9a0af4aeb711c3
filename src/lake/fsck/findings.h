#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "lake/fsck/fsck.h"

namespace icelight::lake {

/// What fsck has found so far: all counted, the first kFindingsMax kept.
class Findings {
public:
    struct What {
        std::string check;
        std::string table;
        std::string path;
        std::string detail;
    };

    void error(What what) {
        ++errors_;
        add(true, std::move(what));
    }

    void notice(What what) {
        ++notices_;
        add(false, std::move(what));
    }

    std::size_t errors() const { return errors_; }

    std::size_t notices() const { return notices_; }

    /// Errors first.
    std::vector<Finding> take() {
        std::stable_partition(
            kept_.begin(), kept_.end(), [](const Finding& finding) { return finding.is_error; });
        return std::move(kept_);
    }

private:
    void add(bool is_error, What what) {
        if (kept_.size() >= kFindingsMax) return;
        kept_.push_back({is_error,
                         std::move(what.check),
                         std::move(what.table),
                         std::move(what.path),
                         std::move(what.detail)});
    }

    std::vector<Finding> kept_;
    std::size_t errors_ = 0;
    std::size_t notices_ = 0;
};

}  // namespace icelight::lake
