#include "provider/socket_api.hpp"

namespace tickertape::provider {

void socket_news::clear()
{
    to_send.clear();
    quotes.clear();
    accepted.clear();
    refused.clear();
    notice.clear();
    reconnect = false;
    unknown = 0;
    failed.reset();
}

}  // namespace tickertape::provider
