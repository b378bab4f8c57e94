#include "news/feed_reader.hpp"

#include "core/text.hpp"
#include "news/date.hpp"
#include "news/errors.hpp"
#include "news/html_text.hpp"
#include "news/link.hpp"

#include <expat.h>

#include <array>
#include <memory>
#include <new>
#include <utility>

namespace tickertape::news {
namespace {

// Of one element's text; what is behind it is not looked at. Titles and extracts are far shorter.
constexpr std::size_t text_bytes_max = 64 * 1024;
constexpr std::size_t id_bytes_max = 512;
// Of a title that is made of the summary, because there is none.
constexpr std::size_t stand_in_bytes_max = 120;

// Stands between namespace and name in what expat says.
constexpr char between = '\n';

enum class vocabulary { none, rss_1, atom, dublin_core, rdf, other };

struct element_name {
    vocabulary of = vocabulary::none;
    std::string_view local;

    bool is(vocabulary v, std::string_view name) const { return of == v && local == name; }
};

element_name name_of(std::string_view text)
{
    const auto at = text.rfind(between);
    if (at == std::string_view::npos)
        return {vocabulary::none, text};
    const auto space = text.substr(0, at);
    const auto local = text.substr(at + 1);
    if (space == "http://www.w3.org/2005/Atom")
        return {vocabulary::atom, local};
    if (space == "http://purl.org/rss/1.0/" || space == "http://my.netscape.com/rdf/simple/0.9/")
        return {vocabulary::rss_1, local};
    if (space == "http://purl.org/dc/elements/1.1/")
        return {vocabulary::dublin_core, local};
    if (space == "http://www.w3.org/1999/02/22-rdf-syntax-ns#")
        return {vocabulary::rdf, local};
    if (space == "http://backend.userland.com/rss2")
        return {vocabulary::none, local};
    return {vocabulary::other, local};
}

std::string_view attribute(const char** attributes, std::string_view name)
{
    for (; attributes[0] != nullptr; attributes += 2)
        if (name == attributes[0])
            return attributes[1];
    return {};
}

enum class field { title, link, id, summary, published, date, atom_published, atom_updated, count };

struct found_text {
    bool is_there = false;
    bool is_plain = false;  // no HTML
    std::string text{};
};

struct open_item {
    std::array<found_text, static_cast<std::size_t>(field::count)> fields{};
    std::string link_base{};
    bool is_id_link = false;

    found_text& operator[](field f) { return fields[static_cast<std::size_t>(f)]; }
};

std::string shown(const found_text& from, std::size_t bytes_max)
{
    return shortened(from.is_plain ? clean_text(from.text) : text_of_html(from.text), bytes_max);
}

class reader {
public:
    explicit reader(std::string_view address)
        : parser_{XML_ParserCreateNS(nullptr, between)}, bases_{std::string{address}}
    {
        if (!parser_)
            throw std::bad_alloc{};
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(
            parser_.get(),
            [](void* self, const char* name, const char** attributes) {
                static_cast<reader*>(self)->begin(name, attributes);
            },
            [](void* self, const char*) { static_cast<reader*>(self)->end(); });
        XML_SetCharacterDataHandler(parser_.get(), [](void* self, const char* text, int bytes) {
            static_cast<reader*>(self)->add({text, static_cast<std::size_t>(bytes)});
        });
        XML_SetStartDoctypeDeclHandler(
            parser_.get(), [](void* self, const char* name, const char*, const char*, int) {
                const bool is_page = lower_case(name) == "html";
                static_cast<reader*>(self)->stop(
                    is_page ? news_errc::not_a_feed : news_errc::doctype);
            });
    }

    fetched<feed_contents> read(std::string_view body)
    {
        const auto ended =
            XML_Parse(parser_.get(), body.data(), static_cast<int>(body.size()), XML_TRUE);
        if (ended == XML_STATUS_ERROR && !is_stopped_) {
            const std::string what = XML_ErrorString(XML_GetErrorCode(parser_.get()));
            got_.cut_short = fetch_error{
                news_errc::not_xml,
                clean_words(
                    what + " in line " + std::to_string(XML_GetCurrentLineNumber(parser_.get())))};
        }
        if (got_.items.empty() && got_.cut_short)
            return *std::move(got_.cut_short);
        if (got_.items.empty() && got_.dropped != 0)
            return fetch_error{news_errc::no_items};
        return std::move(got_);
    }

private:
    void stop(std::optional<news_errc> why) noexcept
    {
        if (std::exchange(is_stopped_, true))
            return;
        if (why)
            got_.cut_short = fetch_error{*why};
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    void begin(const char* text, const char** attributes)
    {
        if (is_stopped_)
            return;
        if (++depth_ > depth_max)
            return stop(news_errc::too_deep);
        push_base(attributes);
        const auto name = name_of(text);
        if (depth_ == 1)
            return begin_root(name);
        if (depth_ == 2)
            is_in_channel_ = name.local == "channel" && name.of == words_;
        if (taken_)  // within a text that is taken: its words belong to it
            return;
        if (item_) {
            if (depth_ == item_depth_ + 1)
                begin_field(name, attributes);
        } else if (name.is(words_, words_ == vocabulary::atom ? "entry" : "item")) {
            if (depth_ == item_depth_ && (words_ != vocabulary::none || is_in_channel_))
                begin_item(attributes);
        } else if (name.is(words_, "title") && got_.title.empty()) {
            if (depth_ == (words_ == vocabulary::atom ? 2U : 3U) &&
                (words_ == vocabulary::atom || is_in_channel_))
                take(feed_title_);
        }
    }

    void begin_root(element_name name)
    {
        if (name.is(vocabulary::none, "rss"))
            words_ = vocabulary::none;
        else if (name.is(vocabulary::rdf, "RDF"))
            words_ = vocabulary::rss_1;
        else if (name.is(vocabulary::atom, "feed"))
            words_ = vocabulary::atom;
        else
            return stop(news_errc::not_a_feed);
        item_depth_ = words_ == vocabulary::none ? 3 : 2;
    }

    void begin_item(const char** attributes)
    {
        if (got_.items.size() + got_.dropped == feed_items_max) {
            got_.has_more = true;
            return stop(std::nullopt);
        }
        item_.emplace();
        if (words_ == vocabulary::rss_1)
            (*item_)[field::id].text =
                attribute(attributes, "http://www.w3.org/1999/02/22-rdf-syntax-ns#\nabout");
    }

    void begin_field(element_name name, const char** attributes)
    {
        if (name.is(vocabulary::atom, "link") && words_ == vocabulary::atom) {
            const auto kind = attribute(attributes, "rel");
            auto& link = (*item_)[field::link];
            if ((kind.empty() || kind == "alternate") && !std::exchange(link.is_there, true)) {
                link.text = attribute(attributes, "href");
                item_->link_base = bases_.back();
            }
            return;
        }
        const auto found = field_of(name);
        if (!found || (*item_)[*found].is_there)
            return;
        auto& into = (*item_)[*found];
        into.is_there = true;
        into.is_plain = words_ == vocabulary::atom && attribute(attributes, "type") == "xhtml";
        if (*found == field::link)
            item_->link_base = bases_.back();
        if (*found == field::id && words_ == vocabulary::none)
            item_->is_id_link = attribute(attributes, "isPermaLink") != "false";
        take(into);
    }

    std::optional<field> field_of(element_name name) const
    {
        if (name.of == words_) {
            if (name.local == "title")
                return field::title;
            if (name.local == "link" && words_ != vocabulary::atom)
                return field::link;
            if (name.local == (words_ == vocabulary::atom ? "summary" : "description"))
                return field::summary;
        }
        if (name.is(vocabulary::none, "guid") && words_ == vocabulary::none)
            return field::id;
        if (name.is(vocabulary::atom, "id") && words_ == vocabulary::atom)
            return field::id;
        if (name.is(vocabulary::none, "pubDate") && words_ == vocabulary::none)
            return field::published;
        if (name.is(vocabulary::dublin_core, "date"))
            return field::date;
        if (name.is(vocabulary::atom, "published"))
            return field::atom_published;
        if (name.is(vocabulary::atom, "updated"))
            return field::atom_updated;
        return std::nullopt;
    }

    void take(found_text& into)
    {
        taken_ = &into;
        taken_depth_ = depth_;
    }

    void add(std::string_view text)
    {
        if (taken_ && !is_stopped_)
            taken_->text.append(text.substr(0, text_bytes_max - taken_->text.size()));
    }

    void end()
    {
        if (is_stopped_)
            return;
        if (taken_ && taken_depth_ == depth_) {
            if (taken_ == &feed_title_)
                got_.title = shown(feed_title_, title_bytes_max);
            taken_ = nullptr;
        }
        if (item_ && depth_ == item_depth_) {
            end_item(*item_);
            item_.reset();
        }
        bases_.pop_back();
        --depth_;
    }

    void end_item(open_item& from)
    {
        item made{.id = {}, .link = {}, .title = {}, .summary = {}};
        const auto id = stripped(from[field::id].text);
        if (id.size() <= id_bytes_max)
            made.id = id;
        auto link = link_of(from[field::link].text, from.link_base);
        if (!link && from.is_id_link)
            link = link_of(id);
        made.summary = shown(from[field::summary], summary_bytes_max);
        made.title = shown(from[field::title], title_bytes_max);
        if (made.title.empty())
            made.title = shortened(made.summary, stand_in_bytes_max);
        if (!link || made.title.empty()) {
            ++got_.dropped;
            return;
        }
        made.link = *std::move(link);
        for (const auto which :
             {field::published, field::date, field::atom_published, field::atom_updated})
            if (!made.published)
                made.published = parse_date(from[which].text);
        got_.items.push_back(std::move(made));
    }

    // xml:base of an element holds for what is in it.
    void push_base(const char** attributes)
    {
        const auto said = attribute(attributes, "http://www.w3.org/XML/1998/namespace\nbase");
        auto base = said.empty() ? std::nullopt : link_of(said, bases_.back());
        bases_.push_back(base ? *std::move(base) : bases_.back());
    }

    struct deleter {
        void operator()(XML_ParserStruct* p) const noexcept { XML_ParserFree(p); }
    };

    std::unique_ptr<XML_ParserStruct, deleter> parser_;
    feed_contents got_;
    bool is_stopped_ = false;
    std::size_t depth_ = 0;
    std::vector<std::string> bases_;       // of each open element, and of the document
    vocabulary words_ = vocabulary::none;  // of the feed's own elements
    bool is_in_channel_ = false;
    found_text feed_title_;
    std::size_t item_depth_ = 0;  // of all items
    std::optional<open_item> item_;
    found_text* taken_ = nullptr;  // where the text goes that comes; null: nowhere
    std::size_t taken_depth_ = 0;
};

// Some feeds have blanks before their first byte, which XML does not allow.
std::string_view without_blanks_before(std::string_view body)
{
    constexpr std::string_view mark = "\xef\xbb\xbf";
    auto rest = body;
    if (rest.starts_with(mark))
        rest.remove_prefix(mark.size());
    const auto first = rest.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && rest[first] == '<' ? rest.substr(first) : body;
}

}  // namespace

fetched<feed_contents> read_feed(std::string_view body, std::string_view address)
{
    if (body.size() > feed_bytes_max)
        return fetch_error{news_errc::too_large};
    return reader{address}.read(without_blanks_before(body));
}

}  // namespace tickertape::news
