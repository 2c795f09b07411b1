#include "connector/inbound_codec.hpp"

#include <cstring>
#include <type_traits>

namespace tributary {
namespace {

// Fields are written and read by one list of them each: see fields() below. Numbers take eight
// bytes, texts and lists their count and then themselves.
class Writer {
 public:
    void number(std::int64_t value) {
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        out_.append(bytes, sizeof value);
    }
    void field(const std::string& text) {
        number(static_cast<std::int64_t>(text.size()));
        out_ += text;
    }
    void field(bool value) { number(value); }
    void field(int value) { number(value); }
    void field(std::uint64_t value) { number(static_cast<std::int64_t>(value)); }
    void field(Timestamp value) { number(unix_ms(value)); }
    template <class T>
    requires std::is_enum_v<T>
    void field(T value) { number(static_cast<std::int64_t>(value)); }
    template <class T>
    void field(const std::vector<T>& items) {
        number(static_cast<std::int64_t>(items.size()));
        for (const T& item : items)
            field(item);
    }
    template <class T>
    void field(const std::optional<T>& value) {
        field(value.has_value());
        if (value) field(*value);
    }
    template <class T>
    requires std::is_class_v<T>
    void field(const T& value) { fields(*this, const_cast<T&>(value)); }
    std::string take() { return std::move(out_); }

 private:
    std::string out_;
};

// Stays failed from the first thing that does not fit.
class Reader {
 public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}
    bool is_whole() const { return is_good_ && rest_.empty(); }

    std::int64_t number() {
        std::int64_t value = 0;
        if (rest_.size() < sizeof value) {
            is_good_ = false;
            return 0;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    void field(std::string& text) {
        const std::size_t size = count();
        text.assign(rest_.substr(0, size));
        rest_.remove_prefix(size);
    }
    void field(bool& value) { value = number() != 0; }
    void field(int& value) { value = static_cast<int>(number()); }
    void field(std::uint64_t& value) { value = static_cast<std::uint64_t>(number()); }
    void field(Timestamp& value) { value = from_unix_ms(number()); }
    template <class T>
    requires std::is_enum_v<T>
    void field(T& value) {
        const std::int64_t read = number();
        is_good_ = is_good_ && read >= 0 && read <= largest(T());
        value = static_cast<T>(is_good_ ? read : 0);
    }
    template <class T>
    void field(std::vector<T>& items) {
        const std::size_t size = count();
        for (std::size_t i = 0; i < size && is_good_; ++i)
            field(items.emplace_back());
    }
    template <class T>
    void field(std::optional<T>& value) {
        bool is_there = false;
        field(is_there);
        if (is_there && is_good_) field(value.emplace());
    }
    template <class T>
    requires std::is_class_v<T>
    void field(T& value) { fields(*this, value); }

 private:
    // Each item takes a byte at least, so a count beyond the rest is a lie.
    std::size_t count() {
        const std::int64_t count = number();
        is_good_ = is_good_ && count >= 0 && static_cast<std::size_t>(count) <= rest_.size();
        return is_good_ ? static_cast<std::size_t>(count) : 0;
    }
    static std::int64_t largest(Kind) { return static_cast<std::int64_t>(Kind::system); }
    static std::int64_t largest(Proof) { return static_cast<std::int64_t>(Proof::signed_by_host); }
    static std::int64_t largest(AutoKind) { return static_cast<std::int64_t>(AutoKind::loop); }
    static std::int64_t largest(Outcome) { return static_cast<std::int64_t>(Outcome::rejected); }
    static std::int64_t largest(TicketPolicy) {
        return static_cast<std::int64_t>(TicketPolicy::never);
    }

    std::string_view rest_;
    bool is_good_ = true;
};

template <class Coder>
void fields(Coder& c, Party& party) {
    c.field(party.name);
    c.field(party.address);
}

template <class Coder>
void fields(Coder& c, Attachment& file) {
    c.field(file.filename);
    c.field(file.content_type);
    c.field(file.size);
    c.field(file.sha256);
    c.field(file.is_inline);
    c.field(file.content_id);
}

template <class Coder>
void fields(Coder& c, InboundFile& file) {
    c.field(file.meta);
    c.field(file.bytes);
}

template <class Coder>
void fields(Coder& c, BouncedRecipient& recipient) {
    c.field(recipient.address);
    c.field(recipient.status);
    c.field(recipient.action);
    c.field(recipient.is_permanent);
    c.field(recipient.is_dead);
    c.field(recipient.diagnostic);
}

template <class Coder>
void fields(Coder& c, Bounce& bounce) {
    c.field(bounce.recipients);
    c.field(bounce.original_message_id);
}

template <class Coder>
void fields(Coder& c, Handle& handle) {
    c.field(handle.kind);
    c.field(handle.scope);
    c.field(handle.value);
}

template <class Coder>
void fields(Coder& c, Identity& identity) {
    c.field(identity.handle);
    c.field(identity.proof);
    c.field(identity.display);
}

template <class Coder>
void fields(Coder& c, Error& error) {
    c.field(error.outcome);
    c.field(error.message);
    c.field(error.detail);
    c.field(error.reason);
}

template <class Coder>
void fields(Coder& c, Content& content) {
    c.field(content.kind);
    c.field(content.external_id);
    c.field(content.sent_at);
    c.field(content.sent_offset_minutes);
    c.field(content.from);
    c.field(content.from_proof);
    c.field(content.reply_to);
    c.field(content.to);
    c.field(content.cc);
    c.field(content.subject);
    c.field(content.text);
    c.field(content.reply_text);
    c.field(content.html);
    c.field(content.attachments);
    c.field(content.message_id);
    c.field(content.in_reply_to);
    c.field(content.references);
    c.field(content.auto_kind);
    c.field(content.bounce);
    c.field(content.data);
    c.field(content.warnings);
}

template <class Coder>
void fields(Coder& c, InboundMessage& message) {
    c.field(message.dedupe_key);
    c.field(message.source_ref);
    c.field(message.raw_content_type);
    c.field(message.content);
    c.field(message.files);
    c.field(message.identities);
    c.field(message.conversation);
    c.field(message.ticket_token);
    c.field(message.tickets);
    c.field(message.is_missed_call);
    c.field(message.is_history);
    c.field(message.acknowledge);
    c.field(message.received_at);
    c.field(message.trouble);
}

}  // namespace

std::string encode_inbound(const InboundMessage& message) {
    Writer writer;
    writer.field(message);
    return writer.take();
}

std::optional<InboundMessage> decode_inbound(std::string_view bytes) {
    Reader reader(bytes);
    std::optional<InboundMessage> message(std::in_place);
    reader.field(*message);
    if (!reader.is_whole()) message.reset();
    return message;
}

}  // namespace tributary
