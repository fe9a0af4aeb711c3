#include "io/object_store.h"

#include "io/file_system.h"
#include "io/location.h"

namespace icelight::io {
namespace {

class DirectoryStore final : public ObjectStore {
public:
    explicit DirectoryStore(FileSystem& files) : files_(files) {}

    Result<> put(std::string_view location, std::string_view bytes) override {
        ICE_ASSIGN(const auto path, parse_location(location));
        return files_.write_file_durably(path, bytes);
    }

    Result<std::string> load(std::string_view location, std::size_t bytes_max) override {
        ICE_ASSIGN(const auto path, parse_location(location));
        return files_.read_file(path, bytes_max);
    }

    Result<bool> exists(std::string_view location) override {
        ICE_ASSIGN(const auto path, parse_location(location));
        return files_.exists(path);
    }

    Result<> remove(std::string_view location) override {
        ICE_ASSIGN(const auto path, parse_location(location));
        return files_.remove(path);
    }

    Result<std::vector<std::string>> list(std::string_view location) override {
        ICE_ASSIGN(const auto path, parse_location(location));
        return files_.list(path);
    }

private:
    FileSystem& files_;
};

}  // namespace

std::unique_ptr<ObjectStore> make_directory_store(FileSystem& files) {
    return std::make_unique<DirectoryStore>(files);
}

}  // namespace icelight::io
