#include "connectors/email/mail_intake.hpp"

#include <utility>

#include "base/crypto.hpp"

namespace tributary::email {

namespace {

// What is known of a mail besides its bytes.
void complete(InboundMessage& message, RawMail mail, const MailSettings& settings) {
    if (mail.trouble) message.trouble = std::move(mail.trouble);
    message.dedupe_key = dedupe_key_of(message.raw, mail.source_ref);
    message.source_ref = std::move(mail.source_ref);
    message.is_history = mail.is_history;
    message.acknowledge = settings.acknowledge && message.acknowledge;
    message.received_at = mail.received_at;
    message.raw_content_type = "message/rfc822";
}

// Lets the next one in when it goes, however that comes.
class Turn {
 public:
    Turn(bool& is_taken, Notifier& next) : is_taken_(is_taken), next_(next) { is_taken_ = true; }
    ~Turn() {
        is_taken_ = false;
        next_.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

 private:
    bool& is_taken_;
    Notifier& next_;
};

}  // namespace

std::string dedupe_key_of(std::string_view bytes, std::string_view source_ref) {
    // A mail of which nothing could be had is still one event of its own.
    return bytes.empty() ? "uid:" + std::string(source_ref) : "sha256:" + to_hex(sha256(bytes));
}

MailIntake::MailIntake(ConnectorHost& host, MailSettings settings)
    : host_(host), settings_(std::move(settings)), turn_(host.executor()) {}

awaitable<void> MailIntake::load() {
    const std::optional<std::string> text = co_await host_.cursor();
    cursors_ = parse_cursors(text.value_or(""));
}

std::optional<MailboxCursor> MailIntake::find_cursor(const std::string& folder) const {
    const auto found = cursors_.find(folder);
    return found == cursors_.end() ? std::nullopt : std::optional(found->second);
}

awaitable<std::vector<InboundMessage>> MailIntake::normalize(std::vector<RawMail> mails) {
    std::vector<std::string> originals;
    for (RawMail& mail : mails)
        originals.push_back(std::move(mail.bytes));
    std::vector<InboundMessage> messages = co_await host_.normalize(std::move(originals));
    // Copies: the worker may still run when this mailbox is being torn down.
    auto work = [mails = std::move(mails), settings = settings_,
                 messages = std::move(messages)]() mutable {
        for (std::size_t i = 0; i < messages.size(); ++i)
            complete(messages[i], std::move(mails[i]), settings);
        return std::move(messages);
    };
    co_return co_await host_.workers().offload(std::move(work));
}

awaitable<std::vector<Receipt>> MailIntake::accept(std::vector<InboundMessage> messages,
                                                   std::optional<MailboxCursor> cursor) {
    while (is_accepting_)
        co_await turn_.wait();
    const Turn turn(is_accepting_, turn_);
    MailboxCursors moved = cursors_;
    std::optional<std::string> text;
    if (cursor) {
        moved[cursor->folder] = *cursor;
        text = to_text(moved);
    }
    std::vector<Receipt> receipts = co_await host_.accept(std::move(messages), std::move(text));
    cursors_ = std::move(moved);
    co_return receipts;
}

void MailIntake::report_folder(const std::string& folder, std::string why, std::string warning) {
    missing_.erase(folder);
    if (!why.empty()) missing_[folder] = std::move(why);
    std::string reason = missing_.empty() ? std::move(warning) : missing_.begin()->second;
    const auto state = reason.empty() ? Health::State::up : Health::State::degraded;
    host_.report(state, std::move(reason));
}

void MailIntake::report_waiting(const std::string& folder, std::int64_t count) {
    waiting_[folder] = count;
    std::int64_t sum = 0;
    for (const auto& [name, waits] : waiting_)
        sum += waits;
    host_.report_backlog(sum);
}

}  // namespace tributary::email
