#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <iostream>
#include <sstream>

#include "api/json.hpp"
#include "app/arguments.hpp"
#include "app/report.hpp"
#include "base/task.hpp"
#include "base/text.hpp"
#include "connector/normalizer_pool.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMaxMessage = 25'000'000;

// Without a connector named, the channel's defaults hold and nothing is required.
Settings default_settings(const ConnectorType& type) {
    Schema schema = type.schema;
    for (Setting& setting : schema)
        setting.is_required = false;
    ConfigNode empty;
    empty.value = ConfigNode::Table();
    auto settings = Settings::read(schema, empty, InlineSecrets::allowed);
    if (!settings) throw Failure(settings.error());
    return std::move(*settings);
}

Settings settings_from_file(const ConnectorType& type, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Failure(Outcome::invalid, file + ": cannot be read");
    std::ostringstream text;
    text << in.rdbuf();
    auto document = parse_toml(text.str(), file);
    if (!document) throw Failure(document.error());
    Schema schema = common_connector_schema();
    schema.insert(schema.end(), type.schema.begin(), type.schema.end());
    for (Setting& setting : schema)
        setting.is_required = false;
    auto settings = Settings::read(schema, *document, InlineSecrets::allowed);
    if (!settings) throw Failure(settings.error());
    return std::move(*settings);
}

Settings settings_of_connector(const Options& options, const ConnectorType& type,
                               const std::string& name) {
    AppConfig config = options.config();
    for (ConnectorConfig& connector : config.connectors)
        if (connector.name == name && connector.type == &type) return std::move(connector.settings);
    throw Failure(Outcome::invalid,
                  "there is no connector '" + name + "' of this channel in the configuration");
}

struct Line {
    bool is_refused = false;
    std::string reason;
    std::string detail;
    std::string json;
};

Line refused(const Error& error) {
    Line line;
    line.is_refused = true;
    line.reason = error.reason.empty() ? std::string(to_string(error.outcome)) : error.reason;
    line.detail = strip_controls(error.message, Lines::join);
    return line;
}

Line line_of(const ConnectorType& type, const InboundMessage& message) {
    if (message.trouble && message.content.text.empty()) return refused(*message.trouble);
    Line line;
    line.json = boost::json::serialize(content_json(message.content, type.channel, Direction::in));
    return line;
}

Error too_large() {
    return Error(Outcome::invalid, "the message exceeds " + std::to_string(kMaxMessage) + " bytes")
        .with_reason("too_large");
}

// Standard input, read as it comes.
class Input {
 public:
    // Whether reading on would not wait.
    bool is_ready() const {
        pollfd waiting = {STDIN_FILENO, POLLIN, 0};
        return start_ < buffer_.size() || ::poll(&waiting, 1, 0) > 0;
    }
    // All of it, or a little more than `limit`.
    std::string read_all(std::size_t limit) {
        while (buffer_.size() <= limit && fill()) {
        }
        return std::move(buffer_);
    }
    // The next line without its end; nothing at the end of the input.
    std::optional<std::string> read_line(std::size_t limit) {
        std::size_t end = buffer_.find('\n', start_);
        while (end == std::string::npos && buffer_.size() - start_ <= limit && fill())
            end = buffer_.find('\n', start_);
        if (start_ == buffer_.size()) return std::nullopt;
        end = std::min({end, buffer_.size(), start_ + limit});
        std::string line = buffer_.substr(start_, end - start_);
        start_ = std::min(end + 1, buffer_.size());
        return line;
    }
    // Exactly so many bytes, unless the input ends before; the first `kept` of them.
    std::optional<std::string> read_bytes(std::size_t count, std::size_t kept) {
        std::string bytes;
        while (count > 0) {
            if (start_ == buffer_.size() && !fill()) return std::nullopt;
            const std::size_t some = std::min(count, buffer_.size() - start_);
            bytes.append(buffer_, start_, std::min(some, kept - std::min(kept, bytes.size())));
            start_ += some;
            count -= some;
        }
        return bytes;
    }

 private:
    bool fill() {
        constexpr std::size_t some = 262'144;
        buffer_.erase(0, std::exchange(start_, 0));
        const std::size_t had = buffer_.size();
        buffer_.resize(had + some);
        const ssize_t got = ::read(STDIN_FILENO, buffer_.data() + had, some);
        buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return got > 0;
    }
    std::string buffer_;
    std::size_t start_ = 0;
};

// "<decimal length>\n<bytes>" again and again.
std::optional<std::string> read_framed(Input& input) {
    const auto header = input.read_line(40);
    if (!header) return std::nullopt;
    std::size_t length = 0;
    const char* const end = header->data() + header->size();
    const auto [stop, error] = std::from_chars(header->data(), end, length);
    if (error != std::errc() || stop != end || length > 1'000'000'000)
        throw Failure(Outcome::rejected, "framing: expected a decimal length, got '" +
                                             strip_controls(*header, Lines::join) + "'");
    auto bytes = input.read_bytes(length, kMaxMessage + 1);
    if (!bytes) throw Failure(Outcome::rejected, "framing: the input ended inside a message");
    return bytes;
}

// Some messages: as many as are there without waiting, within bounds.
struct Batch {
    Batch() = default;
    std::vector<std::string> originals;
    std::optional<Failure> failure;  // what stands behind them cannot be read
};

Batch read_batch(Input& input) {
    constexpr std::size_t most = 256;
    constexpr std::size_t most_bytes = 4'000'000;
    Batch batch;
    std::size_t bytes = 0;
    try {
        do {
            auto original = read_framed(input);
            if (!original) break;
            bytes += original->size();
            batch.originals.push_back(std::move(*original));
        } while (input.is_ready() && batch.originals.size() < most && bytes < most_bytes);
    } catch (const Failure& failure) {
        batch.failure = failure;
    }
    return batch;
}

void print_lines(const ConnectorType& type, const std::vector<InboundMessage>& messages) {
    for (const InboundMessage& message : messages) {
        const Line line = line_of(type, message);
        if (line.is_refused) {
            boost::json::object trouble{{"reason", line.reason}, {"detail", line.detail}};
            std::cout << boost::json::serialize(boost::json::object{{"error", std::move(trouble)}});
        } else {
            std::cout << line.json;
        }
        std::cout << '\n';
    }
    std::cout.flush();
}

// The one way to read foreign bytes: in helper processes, as the daemon does.
class Reading {
 public:
    Reading(const ConnectorType& type, const Settings& settings)
        : type_(type), binding_(type.channel, settings, ""), pool_(io_.get_executor()) {}

    int one() {
        std::vector<std::string> originals(1, input_.read_all(kMaxMessage));
        const std::vector<InboundMessage> messages = wait_for(normalize(std::move(originals)));
        const Line line = line_of(type_, messages.front());
        if (line.is_refused) {
            std::cerr << line.reason << ": " << line.detail << '\n';
            return 1;
        }
        std::cout << line.json << '\n';
        return 0;
    }

    int many() { return wait_for(read_on()); }

 private:
    template <class T>
    awaitable<void> keep(awaitable<T> task, std::optional<T>& result, std::exception_ptr& thrown) {
        try {
            result.emplace(co_await std::move(task));
        } catch (...) {
            thrown = std::current_exception();
        }
        io_.stop();  // helper processes would wait for more
    }

    template <class T>
    T wait_for(awaitable<T> task) {
        std::optional<T> result;
        std::exception_ptr thrown;
        spawn(io_.get_executor(), "normalize", keep(std::move(task), result, thrown));
        io_.run();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*result);
    }

    awaitable<std::vector<InboundMessage>> normalize(std::vector<std::string> originals) {
        std::vector<std::size_t> large;
        for (std::size_t i = 0; i < originals.size(); ++i) {
            if (originals[i].size() <= kMaxMessage) continue;
            large.push_back(i);
            originals[i].clear();
        }
        auto messages = co_await pool_.run(binding_, std::move(originals));
        for (const std::size_t i : large)
            messages[i].trouble = too_large();
        co_return messages;
    }

    // While one batch is normalised, the last is printed and the next is read.
    awaitable<int> read_on() {
        using namespace asio::experimental::awaitable_operators;
        auto read = [this] { return read_batch(input_); };
        std::vector<InboundMessage> done;
        Batch batch = co_await workers_.offload(read);
        while (!batch.originals.empty()) {
            auto print_and_read = [this, &done, may_read = !batch.failure] {
                print_lines(type_, done);
                return may_read && input_.is_ready() ? read_batch(input_) : Batch();
            };
            awaitable<std::vector<InboundMessage>> normalizing =
                normalize(std::move(batch.originals));
            awaitable<Batch> reading = workers_.offload(print_and_read);
            auto results = co_await (std::move(normalizing) && std::move(reading));
            done = std::move(std::get<0>(results));
            if (batch.failure) break;
            batch = std::move(std::get<1>(results));
            if (!batch.originals.empty() || batch.failure) continue;
            // Whoever waits for these lines before going on must get them.
            print_lines(type_, done);
            done.clear();
            batch = co_await workers_.offload(read);
        }
        print_lines(type_, done);
        if (!batch.failure) co_return 0;
        std::cerr << batch.failure->error().message << '\n';
        co_return 1;
    }

    const ConnectorType& type_;
    NormalizerBinding binding_;
    asio::io_context io_;
    Workers workers_{1};
    NormalizerPool pool_;
    Input input_;
};

}  // namespace

int normalize(const Arguments& arguments) {
    const Options options(arguments, {"connector", "settings"}, {"many"}, {"channel"});
    const std::string channel = options.get("channel");
    const ConnectorType* type = find_connector_type(channel);
    if (!type) throw UsageError("unknown channel '" + channel + "'");
    std::optional<Settings> settings;
    if (const auto name = options.find("connector")) {
        settings = settings_of_connector(options, *type, *name);
    } else if (const auto file = options.find("settings")) {
        settings = settings_from_file(*type, *file);
    } else {
        settings = default_settings(*type);
    }
    std::ios::sync_with_stdio(false);
    Reading reading(*type, *settings);
    return options.has("many") ? reading.many() : reading.one();
}

}  // namespace tributary
