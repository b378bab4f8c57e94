// The report of a feed whose input has ended: no symbol will have another price.
//
// Threads: the feed's strand.
#pragma once

#include "feed/feed.hpp"

#include <memory>
#include <string>

namespace tickertape::synthetic {

// `mode`: "pipe", "replay". `problem`: why no more prices come, for /api/feed and the page.
inline void
post_end(const feed::feed_context& of, const std::string& mode, const std::string& problem)
{
    auto report = std::make_shared<feed_report>();
    report->mode = mode;
    if (const auto before = of.reports.newest())
        report->is_standing_by = before->is_standing_by;
    for (const auto id : of.symbols.all())
        report->symbols.push_back({.id = id, .problem = problem});
    of.reports.post(std::move(report));
}

}  // namespace tickertape::synthetic
