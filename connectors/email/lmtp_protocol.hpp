// The server's side of LMTP (RFC 2033) and SMTP (RFC 5321) for mail handed in by a mail server of
// the house: what each line means and what is answered, without any I/O. Pure values; one object a
// connection.
//
// Lines end with CR LF and nothing else: a mail with a bare CR or LF is refused whole, so no mail
// can hide another behind its end (SMTP smuggling).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

class LmtpSession {
 public:
    // True for addresses of this mailbox.
    using IsOurs = std::function<bool(std::string_view address)>;

    // Whether the client may begin TLS (RFC 3207), must before it hands anything in, or has.
    enum class Encryption { none, offered, required, on };

    enum class Next {
        go_on,    // send the reply, read the next line
        deliver,  // hand in mail(), then send delivered()
        encrypt,  // send the reply, throw away what came behind the line, begin TLS
        close,    // send the reply and close
    };
    struct Step {
        Step(Next n, std::string r) : next(n), reply(std::move(r)) {}
        Next next;
        std::string reply;  // "" while nothing is due
    };

    LmtpSession(std::string host_name, std::uint64_t max_bytes, IsOurs is_ours,
                Encryption encryption = Encryption::none);

    std::string greeting() const;
    // `line` without its CR LF.
    Step on_line(std::string_view line);
    // The line was longer than `max_line`; what is left of it was thrown away.
    Step on_long_line();
    bool is_in_data() const { return is_in_data_; }
    // After Step encrypt, once TLS stands: what was said before it counts no more.
    void encrypted();

    // After Step deliver: the mail as it goes into the house, with the Return-Path that final
    // delivery adds (RFC 5321 section 4.4), and what to say once it is durable, or is not.
    std::string take_mail();
    std::string delivered(bool is_taken);

    static constexpr std::size_t max_line = 65'536;
    static constexpr std::size_t max_recipients = 100;

 private:
    Step on_command(std::string_view line);
    Step on_data(std::string_view line);
    Step on_start_tls(std::string_view argument);
    Step on_hello(std::string_view verb, std::string_view name);
    Step on_mail(std::string_view argument);
    Step on_recipient(std::string_view argument);
    Step on_end_of_data();
    Step refuse(std::string reply);
    bool may_encrypt() const {
        return encryption_ == Encryption::offered || encryption_ == Encryption::required;
    }
    void reset();

    std::string host_name_;
    std::uint64_t max_bytes_;
    IsOurs is_ours_;
    Encryption encryption_;
    bool is_lmtp_ = false;
    bool has_hello_ = false;
    bool has_sender_ = false;
    std::string sender_;
    std::size_t recipients_ = 0;  // accepted ones: each gets an answer of its own in LMTP
    bool is_in_data_ = false;
    std::string trouble_;  // what the mail will be refused with
    std::string mail_;
    int faults_ = 0;
};

}  // namespace tributary::email
