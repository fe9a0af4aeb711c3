#include "catalog/testing/faulty_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <utility>

#include "base/check.h"

namespace icelight::catalog::testing {

namespace {

FaultyVfs::Hook the_hook;
sqlite3_vfs the_vfs;
sqlite3_vfs* real_vfs = nullptr;

/// SQLite allocates szOsFile bytes: this, then the real VFS's file.
struct ShimFile {
    sqlite3_file base;
    const char* path;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

ShimFile* shim(sqlite3_file* file) {
    return reinterpret_cast<ShimFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
    return shim(file)->real();
}

template <class Do>
int judged(sqlite3_file* file, FaultyVfs::Call call, int refusal, Do act) {
    const char* path = shim(file)->path;
    switch (the_hook(call, path == nullptr ? "" : path)) {
        case FaultyVfs::Verdict::kPass:
            return act();
        case FaultyVfs::Verdict::kRefuse:
            return refusal;
        case FaultyVfs::Verdict::kDoThenRefuse:
            act();
            return refusal;
        case FaultyVfs::Verdict::kFull:
            return SQLITE_FULL;
    }
    return SQLITE_ERROR;
}

int close_file(sqlite3_file* f) {
    return real(f)->pMethods->xClose(real(f));
}

int read_file(sqlite3_file* f, void* out, int bytes, sqlite3_int64 at) {
    return real(f)->pMethods->xRead(real(f), out, bytes, at);
}

int write_file(sqlite3_file* f, const void* in, int bytes, sqlite3_int64 at) {
    return judged(f, FaultyVfs::Call::kWrite, SQLITE_IOERR_WRITE, [&] {
        return real(f)->pMethods->xWrite(real(f), in, bytes, at);
    });
}

int truncate_file(sqlite3_file* f, sqlite3_int64 bytes) {
    return real(f)->pMethods->xTruncate(real(f), bytes);
}

int sync_file(sqlite3_file* f, int flags) {
    return judged(f, FaultyVfs::Call::kSync, SQLITE_IOERR_FSYNC, [&] {
        return real(f)->pMethods->xSync(real(f), flags);
    });
}

int file_size(sqlite3_file* f, sqlite3_int64* out) {
    return real(f)->pMethods->xFileSize(real(f), out);
}

int lock_file(sqlite3_file* f, int level) {
    return real(f)->pMethods->xLock(real(f), level);
}

int unlock_file(sqlite3_file* f, int level) {
    return real(f)->pMethods->xUnlock(real(f), level);
}

int check_lock(sqlite3_file* f, int* out) {
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

int control_file(sqlite3_file* f, int op, void* arg) {
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}

int sector_size(sqlite3_file* f) {
    return real(f)->pMethods->xSectorSize(real(f));
}

int characteristics(sqlite3_file* f) {
    return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

int shm_map(sqlite3_file* f, int page, int bytes, int is_write, void volatile** out) {
    return real(f)->pMethods->xShmMap(real(f), page, bytes, is_write, out);
}

int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

void shm_barrier(sqlite3_file* f) {
    real(f)->pMethods->xShmBarrier(real(f));
}

int shm_unmap(sqlite3_file* f, int is_deleted) {
    return real(f)->pMethods->xShmUnmap(real(f), is_deleted);
}

sqlite3_io_methods make_methods() {
    sqlite3_io_methods methods{};
    methods.iVersion = 2;
    methods.xClose = close_file;
    methods.xRead = read_file;
    methods.xWrite = write_file;
    methods.xTruncate = truncate_file;
    methods.xSync = sync_file;
    methods.xFileSize = file_size;
    methods.xLock = lock_file;
    methods.xUnlock = unlock_file;
    methods.xCheckReservedLock = check_lock;
    methods.xFileControl = control_file;
    methods.xSectorSize = sector_size;
    methods.xDeviceCharacteristics = characteristics;
    methods.xShmMap = shm_map;
    methods.xShmLock = shm_lock;
    methods.xShmBarrier = shm_barrier;
    methods.xShmUnmap = shm_unmap;
    return methods;
}

const sqlite3_io_methods kMethods = make_methods();

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* f, int flags, int* flags_out) {
    ShimFile* file = shim(f);
    file->base.pMethods = nullptr;
    file->path = path;  // SQLite keeps it until the file is closed
    std::memset(file->real(), 0, static_cast<std::size_t>(real_vfs->szOsFile));
    const int code = real_vfs->xOpen(real_vfs, path, file->real(), flags, flags_out);
    if (code == SQLITE_OK) file->base.pMethods = &kMethods;
    return code;
}

}  // namespace

FaultyVfs::FaultyVfs(Hook hook) {
    ICE_CHECK(!the_hook, "one FaultyVfs at a time");
    the_hook = std::move(hook);
    real_vfs = sqlite3_vfs_find(nullptr);
    the_vfs = *real_vfs;
    static const std::string own_name = name();
    the_vfs.zName = own_name.c_str();
    the_vfs.szOsFile = static_cast<int>(sizeof(ShimFile)) + real_vfs->szOsFile;
    the_vfs.pNext = nullptr;
    the_vfs.xOpen = open_file;
    ICE_CHECK(sqlite3_vfs_register(&the_vfs, 0) == SQLITE_OK, "SQLite refused the test VFS");
}

FaultyVfs::~FaultyVfs() {
    sqlite3_vfs_unregister(&the_vfs);
    the_hook = nullptr;
}

}  // namespace icelight::catalog::testing
