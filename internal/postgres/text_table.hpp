// The texts of an archive in PostgreSQL, over a connection of their own. Only the process that
// writes the archive writes them.
//
// Threads: one at a time.
#pragma once

#include "archive/text_store.hpp"
#include "postgres/connection.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace tickertape::postgres {

class text_table final : public archive::text_store {
public:
    using life_number = std::shared_ptr<const std::atomic<std::int64_t>>;

    // `life`: as of the store; 0 while another process writes. Connects when it is first asked.
    text_table(connection::terms of, life_number life);

    archive::result<std::map<std::string, std::string>> read_all() override;
    // Where another process writes the archive: nothing is done, and that is no error.
    archive::result<void> write(std::string_view name, std::string_view text) override;

private:
    connection& connected();

    const connection::terms terms_;
    const life_number life_;
    std::unique_ptr<connection> connection_;
};

}  // namespace tickertape::postgres
