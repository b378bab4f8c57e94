// What may be on a disk after the power was cut: all that was forced to it, and of the rest any
// part. A write is lost or kept by the 512 bytes; a file may have grown without its bytes; names
// that were not forced are kept up to some point, or by chance each.
#pragma once

#include "file_trace.hpp"

#include <deque>
#include <random>

namespace tickertape::power_cut {

class lost_disk {
public:
    // Goes on by one operation.
    void take(const operation& o);

    // Puts what is left after a cut now into `directory`, which is empty.
    void put(const std::filesystem::path& directory, std::mt19937& random) const;
    // As if all had been forced.
    void put_all(const std::filesystem::path& directory) const;

private:
    // How much of what was not forced is kept.
    enum class mode { nothing, everything, some_first, any };
    struct content {
        std::string forced;
        std::deque<operation> since;
    };
    using tree = std::map<std::string, int>;  // -1: a directory

    static void apply(std::string& to, const operation& o);
    static void apply_torn(std::string& to, const operation& o, std::mt19937& random);
    static bool apply(tree& to, const operation& o);
    std::string left_of(const content& of, std::mt19937& random) const;
    void put(const std::filesystem::path& directory, const tree& names, auto bytes_of) const;

    std::vector<content> files_;
    tree forced_;
    std::deque<operation> renamed_;  // names that were not forced yet, in order
};

}  // namespace tickertape::power_cut
