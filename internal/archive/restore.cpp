#include "archive/backup.hpp"
#include "archive/backup_files.hpp"
#include "archive/survey.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

}  // namespace

void remove_tree(const fs::path& path)
{
    std::error_code failed;
    fs::remove_all(path, failed);
    if (failed)
        fail(archive_errc::not_accessible, path.string() + ": remove: " + failed.message());
}

void copy_bytes(const fs::path& from, const fs::path& to)
{
    std::error_code failed;
    fs::copy_file(from, to, failed);
    if (!failed)
        return;
    errno = failed.value();
    fail_errno(to.string(), "copy " + from.string());
}

std::vector<fs::path> files_in(const fs::path& directory)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{directory})
        if (entry.is_regular_file())
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::map<std::string, std::string> read_manifest(const fs::path& backup)
{
    const auto path = backup / manifest_name;
    std::ifstream from{path};
    std::map<std::string, std::string> listed;
    std::string line;
    while (std::getline(from, line)) {
        if (line.size() < sha256_digits + 3 || line.compare(sha256_digits, 2, "  ") != 0 ||
            line.find('/') != std::string::npos)
            fail(archive_errc::damaged, path.string() + ": is no list of digests");
        listed[line.substr(sha256_digits + 2)] = line.substr(0, sha256_digits);
    }
    if (listed.empty())
        fail(archive_errc::damaged, path.string() + ": is not there or empty");
    return listed;
}

result<std::vector<std::string>> verify_backup(const fs::path& backup)
{
    return guarded([&] {
        std::vector<std::string> wrong;
        auto listed = read_manifest(backup);
        for (const auto& file : files_in(backup)) {
            const auto name = file.filename().string();
            if (name == manifest_name)
                continue;
            const auto at = listed.find(name);
            if (at == listed.end()) {
                wrong.push_back(name + ": is not listed in SHA256SUMS");
                continue;
            }
            if (sha256_of(file) != at->second)
                wrong.push_back(name + ": its SHA-256 differs");
            listed.erase(at);
        }
        for (const auto& [name, digest] : listed)
            wrong.push_back(name + ": is missing");
        return wrong;
    });
}

result<fs::path> restore_backup(const fs::path& from, feed_kind kind, const fs::path& to)
{
    return guarded([&] {
        // The server looks for the archive of a feed in a directory of that name.
        const auto directory = to.has_filename() ? to.filename() : to.parent_path().filename();
        if (const auto other = parse_kind(directory.string()); other && *other != kind)
            fail(
                archive_errc::other_kind,
                to.string() + ": is where the feed '" + directory.string() +
                    "' has its archive; this is a backup of '" + std::string{text_of(kind)} + '\'');
        auto source = from;
        if (!fs::exists(from / manifest_name)) {
            const auto all = backups_in(from, kind);
            if (all.empty())
                fail(
                    archive_errc::not_accessible, from.string() +
                                                      ": is no backup, and has none of the feed '" +
                                                      std::string{text_of(kind)} + '\'');
            source = all.back().path;
        }
        if (fs::exists(to) && !fs::is_empty(to))
            fail(
                archive_errc::in_use,
                to.string() + ": is not empty; move it away, or give another directory");
        const auto wrong = verify_backup(source);
        if (!wrong)
            throw thrown_failure{wrong.error()};
        if (!wrong->empty())
            fail(
                archive_errc::damaged, source.string() + ": does not verify: " + wrong->front() +
                                           (wrong->size() > 1 ? ", and more" : ""));
        const fs::path draft = to.string() + ".restore" + std::string{unfinished};
        remove_tree(draft);
        make_directory(draft);
        for (const auto& file : files_in(source)) {
            const auto name = file.filename();
            if (name == manifest_name)
                continue;
            copy_bytes(file, draft / name);
            sync_path(draft / name);
        }
        // The same disk may have failed since it was verified; and it must be an archive.
        const auto copy = check_copy(draft, kind);
        if (!copy)
            throw thrown_failure{copy.error()};
        if (const auto& f = copy->wrong)
            fail(archive_errc::damaged, f->file.string() + ": " + f->text);
        for (const auto suffix : beside)
            for (const auto& file : files_in(draft))
                if (file.string().ends_with(suffix))
                    remove_file(file);
        sync_path(draft);
        rename_file(draft, to);
        sync_path(fs::absolute(to).parent_path());
        return source;
    });
}

}  // namespace tickertape::archive
