#include "provider/socket_text.hpp"

namespace tickertape::provider {

result<boost::json::value> message_reader::read(std::string_view message)
{
    // Made anew each time: one that is only released asks for twice as much whenever a message does
    // not fit, for as long as it lives.
    storage_.emplace(memory_.data(), memory_.size());
    return reader_.read(message, &*storage_);
}

}  // namespace tickertape::provider
