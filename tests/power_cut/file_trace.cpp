#include "file_trace.hpp"

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

tickertape::power_cut::file_trace* active = nullptr;

using kind = tickertape::power_cut::operation::kind;

// The path that a call names relative to a directory.
std::string full(int at, const char* path)
{
    namespace fs = std::filesystem;
    if (path[0] == '/' || at == AT_FDCWD)
        return fs::absolute(path).lexically_normal().string();
    char name[PATH_MAX];
    const auto n = ::readlink(("/proc/self/fd/" + std::to_string(at)).c_str(), name, sizeof name);
    return n < 0 ? std::string{} : std::string(name, static_cast<std::size_t>(n)) + '/' + path;
}

int call_open(int at, const char* path, int flags, mode_t mode)
{
    struct stat before {};
    const bool was_there = ::syscall(SYS_newfstatat, at, path, &before, 0) == 0;
    const auto file = static_cast<int>(::syscall(SYS_openat, at, path, flags, mode));
    if (active == nullptr || file < 0)
        return file;
    if ((flags & O_CREAT) != 0 && !was_there)
        active->made(full(at, path).c_str(), file);
    else if ((flags & O_TRUNC) != 0)
        active->resized(file, 0, true);
    return file;
}

mode_t mode_in(int flags, std::va_list& rest)
{
    return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

template <class T>
T done(T result, auto tell)
{
    if (active != nullptr && result >= 0) {
        const int kept = errno;
        tell();
        errno = kept;
    }
    return result;
}

int call_rename(const char* from, const char* to)
{
    return done(static_cast<int>(::syscall(SYS_rename, from, to)), [&] {
        active->changed_name(kind::rename, full(AT_FDCWD, from), full(AT_FDCWD, to));
    });
}

int call_remove(int at, const char* path, int flags)
{
    const auto name = active != nullptr ? full(at, path) : std::string{};
    return done(static_cast<int>(::syscall(SYS_unlinkat, at, path, flags)), [&] {
        active->changed_name(kind::remove, name);
    });
}

ssize_t call_pwrite(int file, const void* bytes, std::size_t size, off_t offset)
{
    const auto n = ::syscall(SYS_pwrite64, file, bytes, size, offset);
    return done(n, [&] {
        active->wrote(file, static_cast<std::uint64_t>(offset), bytes, static_cast<std::size_t>(n));
    });
}

int call_resize(int file, off_t size)
{
    return done(static_cast<int>(::syscall(SYS_ftruncate, file, size)), [&] {
        active->resized(file, static_cast<std::uint64_t>(size), true);
    });
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...)
{
    std::va_list rest;
    va_start(rest, flags);
    const auto mode = mode_in(flags, rest);
    va_end(rest);
    return call_open(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...)
{
    std::va_list rest;
    va_start(rest, flags);
    const auto mode = mode_in(flags, rest);
    va_end(rest);
    return call_open(AT_FDCWD, path, flags, mode);
}
ssize_t write(int file, const void* bytes, std::size_t size)
{
    const auto offset = active != nullptr ? ::lseek(file, 0, SEEK_CUR) : 0;
    const auto n = ::syscall(SYS_write, file, bytes, size);
    return done(n, [&] {
        active->wrote(file, static_cast<std::uint64_t>(offset), bytes, static_cast<std::size_t>(n));
    });
}
ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset)
{
    return call_pwrite(file, bytes, size, offset);
}
ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t offset)
{
    return call_pwrite(file, bytes, size, offset);
}
int ftruncate(int file, off_t size) noexcept
{
    return call_resize(file, size);
}
int ftruncate64(int file, off64_t size) noexcept
{
    return call_resize(file, size);
}
int posix_fallocate(int file, off_t offset, off_t size)
{
    if (::syscall(SYS_fallocate, file, 0, offset, size) != 0)
        return errno;
    return done(
        0, [&] { active->resized(file, static_cast<std::uint64_t>(offset + size), false); });
}
int fsync(int file)
{
    return done(static_cast<int>(::syscall(SYS_fsync, file)), [&] { active->synced(file); });
}
int fdatasync(int file)
{
    return done(static_cast<int>(::syscall(SYS_fdatasync, file)), [&] { active->synced(file); });
}
// The page that is mapped is one of those that were named.
int msync(void* page, std::size_t size, int flags)
{
    return done(static_cast<int>(::syscall(SYS_msync, page, size, flags)), [&] {
        active->synced_mapped();
    });
}
int rename(const char* from, const char* to) noexcept
{
    return call_rename(from, to);
}
int link(const char* from, const char* to) noexcept
{
    return done(static_cast<int>(::syscall(SYS_link, from, to)), [&] {
        active->changed_name(kind::link, full(AT_FDCWD, from), full(AT_FDCWD, to));
    });
}
int unlink(const char* path) noexcept
{
    return call_remove(AT_FDCWD, path, 0);
}
int unlinkat(int at, const char* path, int flags) noexcept
{
    return call_remove(at, path, flags);
}
int rmdir(const char* path) noexcept
{
    return call_remove(AT_FDCWD, path, AT_REMOVEDIR);
}
int remove(const char* path) noexcept
{
    const int result = call_remove(AT_FDCWD, path, 0);
    return result != 0 && errno == EISDIR ? call_remove(AT_FDCWD, path, AT_REMOVEDIR) : result;
}
int mkdir(const char* path, mode_t mode) noexcept
{
    return done(static_cast<int>(::syscall(SYS_mkdir, path, mode)), [&] {
        active->changed_name(kind::make_directory, full(AT_FDCWD, path));
    });
}

}  // extern "C"

namespace tickertape::power_cut {

file_trace::file_trace(
    const std::filesystem::path& directory, std::vector<std::string> mapped,
    std::vector<std::string> ignored)
    : directory_{std::filesystem::absolute(directory).lexically_normal().string()},
      mapped_{std::move(mapped)}, ignored_{std::move(ignored)}
{
    active = this;
}

file_trace::~file_trace()
{
    active = nullptr;
}

std::string file_trace::name_of(std::string_view path) const
{
    if (!path.starts_with(directory_ + '/'))
        return {};
    for (const auto& end : ignored_)
        if (path.ends_with(end))
            return {};
    return std::string{path.substr(directory_.size() + 1)};
}

int file_trace::file_of(int descriptor) const
{
    struct stat now {};
    if (::fstat(descriptor, &now) != 0)
        return -1;
    const auto at = by_inode_.find(now.st_ino);
    return at == by_inode_.end() ? -1 : at->second;
}

void file_trace::add(operation o)
{
    look_at_mapped();
    operations_.push_back(std::move(o));
}

void file_trace::look_at_mapped()
{
    for (const auto& [name, file] : mapped_files_) {
        std::ifstream in{directory_ + '/' + name, std::ios::binary};
        std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        if (!in.is_open() || bytes == mapped_bytes_[file])
            continue;
        mapped_bytes_[file] = bytes;
        operations_.push_back({operation::kind::mapped, file, {}, {}, 0, std::move(bytes)});
    }
}

void file_trace::made(const char* path, int descriptor)
{
    const auto name = name_of(path);
    struct stat now {};
    if (::fstat(descriptor, &now) != 0)
        return;
    by_inode_.erase(now.st_ino);  // of a file that is gone
    if (name.empty())
        return;
    const int file = files_++;
    by_inode_[now.st_ino] = file;
    for (const auto& end : mapped_)
        if (name.ends_with(end))
            mapped_files_[name] = file;
    add({operation::kind::make_file, file, name, {}, 0, {}});
}

void file_trace::wrote(int descriptor, std::uint64_t offset, const void* bytes, std::size_t size)
{
    if (const int file = file_of(descriptor); file >= 0)
        add(
            {operation::kind::write,
             file,
             {},
             {},
             offset,
             std::string{static_cast<const char*>(bytes), size}});
}

void file_trace::resized(int descriptor, std::uint64_t size, bool may_shrink)
{
    const int file = file_of(descriptor);
    struct stat now {};
    if (file >= 0 && ::fstat(descriptor, &now) == 0 &&
        (may_shrink || size == static_cast<std::uint64_t>(now.st_size)))
        add({operation::kind::resize, file, {}, {}, size, {}});
}

void file_trace::synced(int descriptor)
{
    struct stat now {};
    if (::fstat(descriptor, &now) != 0)
        return;
    if (!S_ISDIR(now.st_mode)) {
        if (const int file = file_of(descriptor); file >= 0)
            add({operation::kind::sync_file, file, {}, {}, 0, {}});
        return;
    }
    const auto path = full(descriptor, "");
    if (const auto name = name_of(path); !name.empty() || path == directory_ + '/')
        add(
            {operation::kind::sync_directory,
             -1,
             name.substr(0, name.find_last_of('/')),
             {},
             0,
             {}});
}

void file_trace::synced_mapped()
{
    for (const auto& [name, file] : mapped_files_)
        add({operation::kind::sync_file, file, {}, {}, 0, {}});
}

void file_trace::changed_name(operation::kind what, const std::string& name, const std::string& to)
{
    operation o{what, -1, name_of(name), name_of(to), 0, {}};
    if (o.name.empty() || (!to.empty() && o.to.empty()))
        return;
    add(std::move(o));
}

}  // namespace tickertape::power_cut
