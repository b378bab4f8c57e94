// One end of a stream, as a client has it: takes bytes in any pieces, gives events.
#pragma once

#include "core/position.hpp"
#include "sse/framing.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

struct stream_event {
    std::string id;
    std::string type = "message";
    std::string data;
};

// The text between `before` and the next quote or comma or brace.
inline std::string member_of(const std::string& data, const std::string& name)
{
    const auto key = "\"" + name + "\":";
    auto from = data.find(key);
    if (from == std::string::npos)
        return {};
    from += key.size();
    if (data[from] == '"')
        return data.substr(from + 1, data.find('"', from + 1) - from - 1);
    return data.substr(from, data.find_first_of(",}", from) - from);
}

class stream_client {
public:
    explicit stream_client(sse::framing how) : how_{how} {}

    // Events whose last byte is among `bytes`. Throws where the framing is broken.
    std::vector<stream_event> take(std::string_view bytes)
    {
        raw_ += bytes;
        if (how_ == sse::framing::raw) {
            text_ += raw_;
            raw_.clear();
        } else {
            unchunk();
        }
        std::vector<stream_event> events;
        for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
            const auto e = parse(text_.substr(0, end + 1));
            text_.erase(0, end + 2);
            if (!e.data.empty())
                events.push_back(e);
        }
        return events;
    }

    bool ended() const { return ended_; }

private:
    void unchunk()
    {
        for (;;) {
            const auto line = raw_.find("\r\n");
            if (line == std::string::npos)
                return;
            const auto size = std::stoul(raw_.substr(0, line), nullptr, 16);
            if (raw_.size() < line + 2 + size + 2)
                return;
            if (raw_.compare(line + 2 + size, 2, "\r\n") != 0)
                throw std::runtime_error{"a chunk does not end where it should"};
            text_.append(raw_, line + 2, size);
            raw_.erase(0, line + 2 + size + 2);
            ended_ = ended_ || size == 0;
        }
    }

    static stream_event parse(const std::string& block)
    {
        stream_event e;
        for (std::size_t at = 0; at < block.size();) {
            const auto end = block.find('\n', at);
            const auto line = block.substr(at, end - at);
            at = end + 1;
            if (line.starts_with("id: "))
                e.id = line.substr(4);
            else if (line.starts_with("event: "))
                e.type = line.substr(7);
            else if (line.starts_with("data: "))
                e.data = line.substr(6);
            else if (!line.starts_with("retry: "))
                throw std::runtime_error{"not a line of an event: " + line};
        }
        return e;
    }

    sse::framing how_;
    std::string raw_;
    std::string text_;
    bool ended_ = false;
};

}  // namespace tickertape
