#include "lost_disk.hpp"

#include <algorithm>
#include <fstream>

namespace tickertape::power_cut {
namespace {

using kind = operation::kind;

constexpr std::size_t sector = 512;

std::string parent_of(const std::string& name)
{
    const auto slash = name.find_last_of('/');
    return slash == std::string::npos ? std::string{} : name.substr(0, slash);
}

}  // namespace

void lost_disk::apply(std::string& to, const operation& o)
{
    if (o.what == kind::resize)
        to.resize(o.offset);
    else if (o.what == kind::mapped)
        to = o.bytes;
    else {
        if (to.size() < o.offset + o.bytes.size())
            to.resize(o.offset + o.bytes.size());
        to.replace(o.offset, o.bytes.size(), o.bytes);
    }
}

void lost_disk::apply_torn(std::string& to, const operation& o, std::mt19937& random)
{
    if (o.what != kind::write) {
        apply(to, o);
        return;
    }
    for (std::size_t at = 0; at < o.bytes.size();) {
        const auto end =
            std::min(o.bytes.size(), (o.offset + at) / sector * sector + sector - o.offset);
        if (random() % 2 == 0)
            apply(to, {kind::write, o.file, {}, {}, o.offset + at, o.bytes.substr(at, end - at)});
        at = end;
    }
}

bool lost_disk::apply(tree& to, const operation& o)
{
    const auto has = [&to](const std::string& name) { return name.empty() || to.contains(name); };
    switch (o.what) {
    case kind::make_file:
    case kind::make_directory:
        return has(parent_of(o.name)) && (to.insert_or_assign(o.name, o.file), true);
    case kind::rename: {
        if (!to.contains(o.name) || !has(parent_of(o.to)))
            return false;
        tree moved;
        for (auto n = to.begin(); n != to.end();)
            if (n->first == o.name || n->first.starts_with(o.name + '/')) {
                moved[o.to + n->first.substr(o.name.size())] = n->second;
                n = to.erase(n);
            } else {
                ++n;
            }
        for (const auto& [name, file] : moved)
            to[name] = file;
        return true;
    }
    case kind::link:
        if (!to.contains(o.name) || !has(parent_of(o.to)))
            return false;
        to[o.to] = to[o.name];
        return true;
    case kind::remove:
        // A directory of which something is left stays.
        if (const auto next = to.upper_bound(o.name);
            next != to.end() && next->first.starts_with(o.name + '/'))
            return false;
        return to.erase(o.name) > 0;
    default:
        return false;
    }
}

void lost_disk::take(const operation& o)
{
    if (o.file >= static_cast<int>(files_.size()))
        files_.resize(static_cast<std::size_t>(o.file) + 1);
    switch (o.what) {
    case kind::write:
    case kind::resize:
    case kind::mapped:
        files_[static_cast<std::size_t>(o.file)].since.push_back(o);
        break;
    case kind::sync_file: {
        auto& f = files_[static_cast<std::size_t>(o.file)];
        for (const auto& pending : f.since)
            apply(f.forced, pending);
        f.since.clear();
        break;
    }
    case kind::sync_directory:
        // A rename or link between two directories is one entry of the file system's log.
        std::erase_if(renamed_, [&](const operation& r) {
            const bool is_here =
                parent_of(r.name) == o.name || (!r.to.empty() && parent_of(r.to) == o.name);
            if (is_here)
                apply(forced_, r);
            return is_here;
        });
        break;
    default:
        renamed_.push_back(o);
    }
}

std::string lost_disk::left_of(const content& of, std::mt19937& random) const
{
    auto left = of.forced;
    if (of.since.empty())
        return left;
    const auto how = static_cast<mode>(random() % 4);
    const auto first = random() % of.since.size();
    std::size_t most = left.size();
    std::size_t k = 0;
    for (const auto& o : of.since) {
        if (o.what == kind::write)
            most = std::max(most, o.offset + o.bytes.size());
        const bool is_kept = how == mode::everything || (how == mode::some_first && k < first) ||
                             (how == mode::any && random() % 2 == 0);
        if (is_kept)
            apply(left, o);
        else if ((how == mode::some_first && k == first) || how == mode::any)
            apply_torn(left, o, random);
        ++k;
    }
    if (how == mode::any && left.size() < most && random() % 3 == 0)
        left.resize(most);  // it has grown, and its bytes have not come
    return left;
}

void lost_disk::put(const std::filesystem::path& directory, const tree& names, auto bytes_of) const
{
    for (const auto& [name, file] : names) {
        const auto path = directory / name;
        if (file < 0)
            std::filesystem::create_directories(path);
        else
            std::ofstream{path, std::ios::binary}
                << bytes_of(files_[static_cast<std::size_t>(file)]);
    }
}

void lost_disk::put(const std::filesystem::path& directory, std::mt19937& random) const
{
    auto names = forced_;
    const auto how = static_cast<mode>(random() % 4);
    const auto first = renamed_.empty() ? 0 : random() % renamed_.size();
    std::size_t k = 0;
    for (const auto& o : renamed_) {
        if (how == mode::everything || (how == mode::some_first && k <= first) ||
            (how == mode::any && random() % 2 == 0))
            apply(names, o);
        ++k;
    }
    std::map<const content*, std::string> left;  // a file with two names has one content
    put(directory, names, [&](const content& of) {
        const auto [at, is_new] = left.try_emplace(&of);
        if (is_new)
            at->second = left_of(of, random);
        return at->second;
    });
}

void lost_disk::put_all(const std::filesystem::path& directory) const
{
    auto names = forced_;
    for (const auto& o : renamed_)
        apply(names, o);
    put(directory, names, [](const content& of) {
        auto all = of.forced;
        for (const auto& o : of.since)
            apply(all, o);
        return all;
    });
}

}  // namespace tickertape::power_cut
