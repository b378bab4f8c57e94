#include "archive/files.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t small_bytes_max = 64 * 1024;
constexpr std::size_t hashed_at_once = 256 * 1024;

descriptor open_file(const fs::path& path, int flags)
{
    descriptor file{::open(path.c_str(), flags | O_CLOEXEC, 0644)};
    if (file.number() < 0)
        fail_errno(path.string(), "open");
    return file;
}

void write_all(int to, std::string_view text, const fs::path& path)
{
    while (!text.empty()) {
        const auto n = ::write(to, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail_errno(path.string(), "write");
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

// Reads until `room` is full or the file ends, and returns how much it was.
std::size_t read_some(int from, char* to, std::size_t room, const fs::path& path)
{
    std::size_t done = 0;
    while (done < room) {
        const auto n = ::read(from, to + done, room - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail_errno(path.string(), "read");
        if (n == 0)
            break;
        done += static_cast<std::size_t>(n);
    }
    return done;
}

}  // namespace

descriptor& descriptor::operator=(descriptor&& from) noexcept
{
    if (this != &from) {
        if (number_ >= 0)
            ::close(number_);
        number_ = from.release();
    }
    return *this;
}

descriptor::~descriptor()
{
    if (number_ >= 0)
        ::close(number_);
}

int descriptor::release() noexcept
{
    const int number = number_;
    number_ = -1;
    return number;
}

descriptor lock_directory(const fs::path& directory)
{
    const auto path = directory / "LOCK";
    auto file = open_file(path, O_RDWR | O_CREAT);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            fail_errno(path.string(), "flock");
        auto holder = read_small(path).value_or("");
        if (const auto end = holder.find('\n'); end != std::string::npos)
            holder.resize(end);
        fail(
            archive_errc::in_use, directory.string() + ": in use by another process" +
                                      (holder.empty() ? "" : " (" + holder + ')'));
    }
    // For people only: a disk without room for it does not keep anybody from reading.
    const auto who = "process " + std::to_string(::getpid()) + '\n';
    if (::ftruncate(file.number(), 0) == 0)
        (void)!::write(file.number(), who.data(), who.size());
    return file;
}

void make_directory(const fs::path& directory)
{
    std::vector<fs::path> missing;
    for (auto d = fs::absolute(directory); !fs::exists(d); d = d.parent_path())
        missing.push_back(d);
    for (; !missing.empty(); missing.pop_back()) {
        const auto& d = missing.back();
        if (::mkdir(d.c_str(), 0755) != 0 && errno != EEXIST)
            fail_errno(d.string(), "mkdir");
        sync_path(d.parent_path());
    }
    if (!fs::is_directory(directory))
        fail(archive_errc::not_accessible, directory.string() + ": not a directory");
}

void sync_path(const fs::path& path)
{
    const auto file = open_file(path, O_RDONLY);
    if (::fsync(file.number()) != 0)
        fail_errno(path.string(), "fsync");
}

void rename_file(const fs::path& from, const fs::path& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0)
        fail_errno(from.string(), "rename to " + to.string());
}

void remove_file(const fs::path& path)
{
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        fail_errno(path.string(), "unlink");
}

void remove_database(const fs::path& path)
{
    // The log goes last: without it, a file that is still there would have lost its newest rows.
    remove_file(path);
    for (const auto suffix : beside)
        remove_file(path.string().append(suffix));
}

std::optional<std::string> read_small(const fs::path& path)
{
    if (!fs::exists(path))
        return std::nullopt;
    const auto file = open_file(path, O_RDONLY);
    std::string text(small_bytes_max, '\0');
    text.resize(read_some(file.number(), text.data(), text.size(), path));
    return text;
}

void write_small(const fs::path& path, std::string_view text)
{
    const fs::path draft = path.string().append(unfinished);
    {
        const auto file = open_file(draft, O_WRONLY | O_CREAT | O_TRUNC);
        write_all(file.number(), text, draft);
        if (::fsync(file.number()) != 0)
            fail_errno(draft.string(), "fsync");
    }
    rename_file(draft, path);
    sync_path(path.parent_path());
}

fs::path put_away(const fs::path& file, std::string_view folder)
{
    const auto to = file.parent_path() / folder;
    make_directory(to);
    auto name = file.filename().string();
    for (int n = 1; fs::exists(to / name); ++n)
        name = file.filename().string().append(".").append(std::to_string(n));
    // The log first: it is found again beside its file, or is the only one that is left to move.
    for (const auto suffix : beside) {
        const fs::path companion = file.string().append(suffix);
        if (fs::exists(companion))
            rename_file(companion, to / std::string{name}.append(suffix));
    }
    if (fs::exists(file))
        rename_file(file, to / name);
    sync_path(to);
    sync_path(file.parent_path());
    return to / name;
}

fs::path quarantine(const fs::path& file)
{
    return put_away(file, "damaged");
}

std::string sha256_of(const fs::path& path)
{
    const auto file = open_file(path, O_RDONLY);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
        EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    std::vector<char> bytes(hashed_at_once);
    bool is_good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    for (std::size_t n = bytes.size(); is_good && n == bytes.size();) {
        n = read_some(file.number(), bytes.data(), bytes.size(), path);
        is_good = EVP_DigestUpdate(context.get(), bytes.data(), n) == 1;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (!is_good || EVP_DigestFinal_ex(context.get(), digest.data(), &length) != 1)
        fail(archive_errc::disk_failed, path.string() + ": no SHA-256 could be made");
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

}  // namespace tickertape::archive
