// What the desk's parts share. The App owns all of it and outlives them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "connector/normalizer_pool.hpp"
#include "desk/decide.hpp"
#include "net/http_client.hpp"
#include "store/store.hpp"

namespace tributary {

struct House {
    House(asio::io_context& io, Store& store, Workers& workers, net::Curl& curl, const Clock& clock)
        : io(io),
          store(store),
          workers(workers),
          curl(curl),
          http(curl),
          clock(clock),
          normalizers(io.get_executor()) {}
    asio::io_context& io;
    Store& store;
    Workers& workers;
    net::Curl& curl;
    net::HttpClient http;
    const Clock& clock;
    NormalizerPool normalizers;

    std::filesystem::path seal_key_file;  // made when something is first sealed
    std::string public_url;               // without trailing slash
    std::string mail_domain;              // right of the '@' in Message-IDs
    std::string instance_key;             // 32 bytes; MACs of reply addresses and tokens
    ClaimedPolicy claimed = ClaimedPolicy::link;
    std::vector<std::string> blocked_files;  // endings of names of files that are not handed out
    std::filesystem::path state;
    std::uint64_t low_disk = 0;  // less than so many free bytes are too few
    Histogram loop_lateness = duration_histogram();
    Seconds undo_window{10};  // what the agents' page asks for each reply; up to longest_undo
};

}  // namespace tributary
