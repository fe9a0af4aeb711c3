#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace icelight::io {

class FileSystem;

/// Whole immutable objects under locations: a directory today, S3 later.
///
/// Thread safety: all members, from any thread.
class ObjectStore {
public:
    virtual ~ObjectStore() = default;
    ObjectStore() = default;
    ObjectStore(const ObjectStore&) = delete;
    ObjectStore& operator=(const ObjectStore&) = delete;

    /// Durable when it returns, with every directory that got a name. @error kAlreadyExists
    virtual Result<> put(std::string_view location, std::string_view bytes) = 0;
    /// @error kNotFound; kTooLarge: over `bytes_max`.
    virtual Result<std::string> load(std::string_view location, std::size_t bytes_max) = 0;
    virtual Result<bool> exists(std::string_view location) = 0;
    /// @error kNotFound
    virtual Result<> remove(std::string_view location) = 0;
    /// Names directly under a location, sorted. @error kNotFound
    virtual Result<std::vector<std::string>> list(std::string_view location) = 0;
};

/// Objects are files of `files`, which must outlive the store.
std::unique_ptr<ObjectStore> make_directory_store(FileSystem& files);

}  // namespace icelight::io
