#include "web/inline_page.hpp"

#include "http/problem.hpp"
#include "web/asset.hpp"
#include "web/embedded_page.hpp"

#include <algorithm>

namespace tickertape::web {
namespace {

// " 'sha256-...'" for each text between these tags, or " 'none'".
std::string digests_between(std::string_view page, std::string_view opening, std::string_view end)
{
    std::string list;
    for (auto at = page.find(opening); at != std::string_view::npos; at = page.find(opening, at)) {
        at += opening.size();
        const auto text = page.substr(at, page.find(end, at) - at);
        list += " 'sha256-" + sha256_base64(text) + "'";
    }
    return list.empty() ? " 'none'" : list;
}

}  // namespace

std::string inline_policy(std::string_view page, framed_by who)
{
    return "default-src 'none'; script-src" + digests_between(page, "<script>", "</script>") +
           "; style-src" + digests_between(page, "<style>", "</style>") +
           "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors " +
           (who == framed_by::anybody ? "*" : "'none'");
}

inline_page::made_page inline_page::make(std::string_view text) const
{
    return {.page = page_template{text}, .policy = inline_policy(text, who_)};
}

inline_page::inline_page(const site& of, std::string_view file, framed_by who)
    : files_{&of.files}, file_{file}, who_{who}
{
    if (!of.files.is_compiled_in())
        return;
    const auto files = embedded_files();
    const auto found = std::ranges::find(files, file, &embedded_file::name);
    if (found != files.end())
        compiled_in_ = make(found->content);
}

http::response inline_page::get(const http::request& r, const page_facts& facts) const
{
    const auto answer = [&](const made_page& made) {
        auto out = answer_with(
            made.page.fill(facts), {.content_type = "text/html; charset=utf-8", .digest = {}}, r,
            plain_head_for);
        if (out.status != 200)
            return out;
        out.headers.emplace_back("Content-Security-Policy", made.policy);
        out.headers.emplace_back("Referrer-Policy", "no-referrer");
        return out;
    };
    if (compiled_in_)
        return answer(*compiled_in_);
    const auto text = files_->is_compiled_in() ? std::nullopt : files_->read_page(file_);
    return text ? answer(make(*text)) : http::to_response(http::not_found());
}

}  // namespace tickertape::web
