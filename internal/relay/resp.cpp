#include "relay/resp.hpp"

#include "relay/errors.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <new>

namespace tickertape::relay {

// Makes our replies as hiredis meets their parts. An array gets room for its elements at once, so
// each element has its place when it comes.
struct reply_reader::maker {
    reply_limits limits;
    std::size_t bytes_waiting = 0;  // came since the last whole reply
    std::size_t elements = 0;       // of the reply that is being read
    reply root;                     // the reply that is being read, or was

    // What hiredis calls. Null makes it give up; nothing may be thrown through it.
    static void* text(const redisReadTask* task, char* bytes, std::size_t count) noexcept
    {
        return place(task, [&](reply& r) {
            r.is = task->type == REDIS_REPLY_STATUS  ? reply::kind::status
                   : task->type == REDIS_REPLY_ERROR ? reply::kind::error
                                                     : reply::kind::text;
            r.text.assign(bytes, count);
            return true;
        });
    }
    // The type of the count is another one in hiredis 1.
    template <class T>
    static void* array(const redisReadTask* task, T count) noexcept
    {
        auto& self = of(task);
        return place(task, [&](reply& r) {
            const auto more = static_cast<std::size_t>(count);  // below zero: too many
            if (more > self.limits.elements_max - self.elements)
                return false;
            self.elements += more;
            r.is = reply::kind::array;
            r.elements.resize(more);
            return true;
        });
    }
    static void* integer(const redisReadTask* task, long long value) noexcept
    {
        return place(task, [&](reply& r) {
            r.is = reply::kind::integer;
            r.number = value;
            return true;
        });
    }
    static void* nil(const redisReadTask* task) noexcept
    {
        return place(task, [](reply&) { return true; });
    }
    // The root stays ours.
    static void free_nothing(void*) noexcept {}

private:
    static maker& of(const redisReadTask* task) noexcept
    {
        return *static_cast<maker*>(task->privdata);
    }
    template <class Fill>
    static void* place(const redisReadTask* task, Fill fill) noexcept
    {
        auto& self = of(task);
        try {
            if (task->parent == nullptr) {
                self.root = reply{};
                self.elements = 0;
            }
            auto& r = task->parent == nullptr ? self.root
                                              : static_cast<reply*>(task->parent->obj)
                                                    ->elements[static_cast<std::size_t>(task->idx)];
            return fill(r) ? &r : nullptr;
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
};

void reply_reader::freed::operator()(redisReader* r) const noexcept
{
    ::redisReaderFree(r);
}

reply_reader::reply_reader(const reply_limits& limits)
    : maker_{std::make_unique<maker>(maker{.limits = limits, .root = {}})}
{
    static auto functions = [] {
        redisReplyObjectFunctions f{};
        f.createString = maker::text;
        f.createArray = maker::array;
        f.createInteger = maker::integer;
        f.createNil = maker::nil;
        f.freeObject = maker::free_nothing;
        return f;
    }();
    reader_.reset(::redisReaderCreateWithFunctions(&functions));
    if (!reader_)
        throw std::bad_alloc{};
    reader_->privdata = maker_.get();
}

reply_reader::~reply_reader() = default;

boost::system::error_code reply_reader::feed(std::string_view bytes)
{
    maker_->bytes_waiting += bytes.size();
    const bool is_too_long = maker_->bytes_waiting > maker_->limits.bytes_max;
    if (is_too_long || ::redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
        return relay_errc::bad_answer;
    return {};
}

result<std::optional<reply>> reply_reader::next()
{
    void* whole = nullptr;
    if (::redisReaderGetReply(reader_.get(), &whole) != REDIS_OK)
        return relay_errc::bad_answer;
    if (whole == nullptr)
        return std::optional<reply>{};
    if (whole != &maker_->root)  // of a type that RESP2 does not have
        return relay_errc::bad_answer;
    maker_->bytes_waiting = reader_->len - reader_->pos;
    return std::optional<reply>{std::move(maker_->root)};
}

bool reply_reader::has_more() const noexcept
{
    return maker_->bytes_waiting > 0;
}

void append_command(std::string& bytes, const command& c)
{
    std::vector<const char*> words;
    std::vector<std::size_t> sizes;
    for (const auto& word : c) {
        words.push_back(word.data());
        sizes.push_back(word.size());
    }
    char* made = nullptr;
    const int size =
        ::redisFormatCommandArgv(&made, static_cast<int>(words.size()), words.data(), sizes.data());
    if (size < 0)
        throw std::bad_alloc{};
    const std::unique_ptr<char, void (*)(char*)> owned{made, ::redisFreeCommand};
    bytes.append(made, static_cast<std::size_t>(size));
}

}  // namespace tickertape::relay
