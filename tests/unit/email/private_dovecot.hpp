// A real Dovecot of a test's own: free port, temporary directory, one maildir a user, any user with
// the password "secret". Runs as whoever runs the test; as root, its workers are nobody.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace tributary::email {

class PrivateDovecot {
 public:
    static constexpr const char* binary = "/usr/sbin/dovecot";
    static bool is_installed() { return std::filesystem::exists(binary); }

    PrivateDovecot() {
        char pattern[] = "/tmp/tributary-dovecot-XXXXXX";
        if (!::mkdtemp(pattern)) throw std::runtime_error("no temporary directory");
        root_ = pattern;
        std::filesystem::permissions(root_, std::filesystem::perms(0755));
        for (const char* folder :
             {"run", "mail", "mail/ann", "mail/ann/cur", "mail/ann/new", "mail/ann/tmp"})
            make_folder(root_ / folder);
        port_ = free_port();
        tls_port_ = free_port();
        make_certificate();
        write_config();
        start();
    }
    ~PrivateDovecot() {
        stop();
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    PrivateDovecot(const PrivateDovecot&) = delete;
    PrivateDovecot& operator=(const PrivateDovecot&) = delete;

    std::string port() const { return std::to_string(port_); }
    std::string tls_port() const { return std::to_string(tls_port_); }
    std::string ca_file() const { return root_ / "cert.pem"; }

    // What a mail server's delivery agent does: written aside, then renamed into place.
    // `folder` is "" for INBOX, else one that make_folder() made.
    void deliver(const std::string& mail, const std::string& folder = "") {
        // Named so that the order of names is the order of delivery, and of UIDs.
        const std::string name = std::to_string(1'700'000'000 + ++delivered_) + ".test";
        const auto box = box_of(folder);
        const auto aside = box / "tmp" / name;
        std::ofstream(aside, std::ios::binary) << mail;
        give_away(aside);
        std::filesystem::rename(aside, box / "new" / name);
    }
    void add_folder(const std::string& folder) {
        make_folder(box_of(folder));
        for (const char* part : {"cur", "new", "tmp"})
            make_folder(box_of(folder) / part);
    }
    std::size_t count_mails(const std::string& folder) const {
        std::size_t count = 0;
        for (const char* part : {"cur", "new"}) {
            const auto path = box_of(folder) / part;
            if (!std::filesystem::exists(path)) continue;
            for (const auto& entry : std::filesystem::directory_iterator(path))
                count += entry.is_regular_file();
        }
        return count;
    }
    // The mail is gone before anybody fetched it.
    void expunge(const std::string& what) {
        const std::string command =
            "doveadm -c " + config().string() + " expunge -u ann mailbox INBOX " + what;
        if (std::system(command.c_str()) != 0) throw std::runtime_error("doveadm failed");
    }
    // True when some mail has the maildir flag S.
    bool has_seen_mail() const {
        for (const auto& entry : std::filesystem::directory_iterator(root_ / "mail/ann/cur")) {
            const std::string name = entry.path().filename();
            const auto flags = name.find(":2,");
            if (flags != std::string::npos && name.find('S', flags) != std::string::npos)
                return true;
        }
        return false;
    }
    void renumber(unsigned uid_validity) {
        const std::string command = "doveadm -c " + config().string() +
                                    " mailbox update -u ann --uid-validity " +
                                    std::to_string(uid_validity) + " INBOX";
        if (std::system(command.c_str()) != 0) throw std::runtime_error("doveadm failed");
    }

    void start() {
        process_ = ::fork();
        if (process_ == 0) {
            ::setpgid(0, 0);
            ::execl(binary, binary, "-F", "-c", config().c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        for (int i = 0; i < 500 && !is_listening(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (!is_listening()) throw std::runtime_error("dovecot does not start; see its log");
    }
    // At once and without a farewell, as a crash would; an orderly end takes it five seconds.
    void stop() {
        if (process_ <= 0) return;
        ::kill(-process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }

 private:
    std::filesystem::path box_of(const std::string& folder) const {
        return root_ / "mail/ann" / (folder.empty() ? "" : '.' + folder);
    }
    std::filesystem::path config() const { return root_ / "dovecot.conf"; }

    static bool is_root() { return ::geteuid() == 0; }
    static std::string user() { return is_root() ? "nobody" : ::getpwuid(::geteuid())->pw_name; }
    static std::string group() { return ::getgrgid(::getpwnam(user().c_str())->pw_gid)->gr_name; }

    static void give_away(const std::filesystem::path& path) {
        if (!is_root()) return;
        const passwd* owner = ::getpwnam(user().c_str());
        if (::chown(path.c_str(), owner->pw_uid, owner->pw_gid) != 0)
            throw std::runtime_error("chown failed");
    }
    static void make_folder(const std::filesystem::path& path) {
        std::filesystem::create_directory(path);
        if (path.filename() != "run") give_away(path);
    }

    static unsigned short free_port() {
        boost::asio::io_context io;
        using boost::asio::ip::tcp;
        tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        return acceptor.local_endpoint().port();
    }
    bool is_listening() const {
        boost::asio::io_context io;
        using boost::asio::ip::tcp;
        tcp::socket socket(io);
        boost::system::error_code error;
        socket.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port_), error);
        return !error;
    }

    void make_certificate() {
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
            (root_ / "key.pem").string() + " -out " + ca_file() + " 2>/dev/null";
        if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl failed");
    }

    void write_config() const {
        const std::string at = root_.string();
        std::ofstream file(config());
        file << "base_dir = " << at << "/run\nstate_dir = " << at << "/run\nlog_path = " << at
             << "/log\nprotocols = imap\n"
             << "ssl = yes\nssl_cert = <" << at << "/cert.pem\nssl_key = <" << at << "/key.pem\n"
             << "disable_plaintext_auth = no\nauth_failure_delay = 0\n"
             << "mail_location = maildir:" << at << "/mail/%u\nmail_fsync = never\n"
             << "first_valid_uid = 1\nmail_uid = " << user() << "\nmail_gid = " << group() << "\n"
             << "default_internal_user = " << user() << "\ndefault_internal_group = " << group()
             << "\ndefault_login_user = " << user() << "\n"
             << "passdb {\n driver = static\n args = password=secret\n}\n"
             << "userdb {\n driver = static\n args = uid=" << user() << " gid=" << group()
             << " home=" << at << "/mail/%u\n}\n"
             << "service imap-login {\n chroot =\n inet_listener imap {\n  address = 127.0.0.1\n"
             << "  port = " << port_ << "\n }\n inet_listener imaps {\n  address = 127.0.0.1\n"
             << "  port = " << tls_port_ << "\n }\n}\nservice anvil {\n chroot =\n}\n";
    }

    std::filesystem::path root_;
    unsigned short port_ = 0;
    unsigned short tls_port_ = 0;
    int delivered_ = 0;
    ::pid_t process_ = -1;
};

}  // namespace tributary::email
