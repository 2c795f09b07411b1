// The HTTP server alone, for wrk: a small JSON POST is parsed and answered with 202.
//
//   bench_http_echo [port] &
//   wrk -t1 -c32 -d10s -s bench/http_echo.lua http://127.0.0.1:8099/echo
#include <boost/asio/signal_set.hpp>
#include <boost/json/object.hpp>
#include <cstdlib>
#include <iostream>

#include "base/task.hpp"
#include "http/server.hpp"

using namespace tributary;

namespace {

awaitable<http::Reply> echo(http::Request request) {
    const auto value = http::parse_json(request.body);
    if (!value) co_return http::Reply::problem(value.error());
    boost::json::object body;
    body["duplicate"] = false;
    body["id"] = value->as_object().at("id");
    co_return http::Reply::json(202, body);
}

}  // namespace

int main(int count, char** arguments) {
    asio::io_context io(1);
    http::ServerOptions options;
    options.port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 8099);
    http::Route route;
    route.method = http::Method::post;
    route.pattern = "/echo";
    route.handler = echo;
    http::Router router;
    router.add(std::move(route), http::RouteAccess("everybody", "nothing"));
    http::Server server(io, options, std::move(router));
    server.start();
    std::cout << "listening on " << server.port() << std::endl;
    asio::signal_set stop(io, SIGINT, SIGTERM);
    stop.async_wait([&](auto, int) { io.stop(); });
    io.run();
    std::cout << server.stats().requests << " requests\n";
}
