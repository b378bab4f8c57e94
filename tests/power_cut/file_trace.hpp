// A record of what a program does to the files below one directory: each write with its bytes,
// each change of a name, each time that something is forced to the disk.
//
// The calls of SQLite and of the archive come here, because a program's own function is found
// before that of the library. What is written through mapped memory is not seen; such files are
// named, and looked at before each operation.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::power_cut {

struct operation {
    enum class kind : std::uint8_t {
        make_file,       // `name` is the new file
        make_directory,  // `name`
        write,           // `bytes` to `file` at `offset`
        resize,          // `file` to `offset` bytes
        mapped,          // `bytes` are what `file` has in memory now
        sync_file,       // all of `file` before this
        sync_directory,  // the names in `name`
        rename,          // `name` to `to`
        link,            // `name` is `to` as well
        remove,          // `name`, a file or an empty directory
    };
    kind what;
    int file = -1;         // a number of each file that was made, whatever it is called
    std::string name, to;  // below the directory
    std::uint64_t offset = 0;
    std::string bytes;
};

class file_trace {
public:
    // Records what happens below `directory`, which is empty, for as long as it lives. One at a
    // time. `mapped`: the names of files that are written through mapped memory; `ignored`: how the
    // names of files end of which nothing is recorded.
    file_trace(
        const std::filesystem::path& directory, std::vector<std::string> mapped,
        std::vector<std::string> ignored);
    ~file_trace();
    file_trace(const file_trace&) = delete;
    file_trace& operator=(const file_trace&) = delete;

    const std::vector<operation>& operations() const noexcept { return operations_; }

    // For the calls below: what was done, once it has been done.
    void made(const char* path, int descriptor);
    void wrote(int descriptor, std::uint64_t offset, const void* bytes, std::size_t size);
    void resized(int descriptor, std::uint64_t size, bool may_shrink);
    void synced(int descriptor);
    void synced_mapped();
    void changed_name(operation::kind what, const std::string& name, const std::string& to = {});
    // The path below the directory; empty: it lies elsewhere, or is ignored.
    std::string name_of(std::string_view path) const;

private:
    void add(operation o);
    void look_at_mapped();
    int file_of(int descriptor) const;

    std::string directory_;
    std::vector<std::string> mapped_;
    std::vector<std::string> ignored_;
    std::vector<operation> operations_;
    std::map<std::uint64_t, int> by_inode_;
    std::map<std::string, int> mapped_files_;  // by name
    std::map<int, std::string> mapped_bytes_;
    int files_ = 0;
};

}  // namespace tickertape::power_cut
