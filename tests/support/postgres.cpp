#include "support/postgres.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace platos::tests {
namespace {

namespace fs = std::filesystem;
using Connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

std::string program(const std::string& name) {
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql")) {
    if (fs::exists(version.path() / "bin" / name)) return (version.path() / "bin" / name).string();
  }
  throw std::runtime_error(name + " is not installed; see packaging/apt-packages-check");
}

const passwd* server_user() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const passwd* user = server_user();
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_APPEND);
  if (::dup2(out, STDOUT_FILENO) < 0 || ::dup2(out, STDERR_FILENO) < 0) ::_exit(126);
  if (user != nullptr && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

Connection connect(const std::string& url) {
  Connection connection{PQconnectdb(url.c_str()), PQfinish};
  // What the server says besides would be printed otherwise.
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  return connection;
}

std::string first_value(PGconn* connection, const std::string& sql) {
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection, sql.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection));
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

void give_to_server(const std::string& path) {
  const passwd* user = server_user();
  if (user != nullptr && ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("chown of " + path + " failed");
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

std::vector<pid_t> children_of(pid_t parent) {
  const std::string id = std::to_string(parent);
  std::ifstream list("/proc/" + id + "/task/" + id + "/children");
  return {std::istream_iterator<pid_t>(list), {}};
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  make_cluster();
  start();
  run("postgres", "CREATE ROLE platos LOGIN");
}

PostgresServer::PostgresServer(const std::string& certificate_file, const std::string& key_file) {
  make_cluster();
  const std::string data = data_directory();
  fs::copy_file(certificate_file, data + "/server.crt");
  fs::copy_file(key_file, data + "/server.key");
  fs::permissions(data + "/server.key", fs::perms(0600));
  std::ofstream(data + "/pg_hba.conf") << "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
  for (const std::string name : {"/server.crt", "/server.key"}) give_to_server(data + name);
  more_settings_ = {"-c", "listen_addresses=127.0.0.1", "-c", "ssl=on"};
  start_on_free_port();
  run("postgres", "CREATE ROLE platos LOGIN");
}

void PostgresServer::make_cluster() {
  const std::string log = dir_.path() + ".log";
  std::ofstream(log).flush();
  fs::permissions(log, fs::perms(0666));
  give_to_server(dir_.path());
  const pid_t child = spawn({program("initdb"), "-D", data_directory(), "-A", "trust", "-U", "postgres", "--no-sync",
                             "--encoding=UTF8", "--locale=C"},
                            log);
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("initdb failed, see " + log);
}

// Somebody else may take the port in between: then the next one.
void PostgresServer::start_on_free_port() {
  for (int tries = 1;; ++tries) {
    port_ = free_port();
    try {
      return start();
    } catch (const std::runtime_error&) {
      if (tries == 10) throw;
    }
  }
}

PostgresServer::~PostgresServer() { kill_hard(); }

void PostgresServer::start() {
  std::vector<std::string> command = {program("postgres"),  "-D", data_directory(), "-k", dir_.path(),           "-c",
                                      "listen_addresses=",  "-c", "fsync=off",      "-c", "max_connections=200", "-p",
                                      std::to_string(port_)};
  command.insert(command.end(), more_settings_.begin(), more_settings_.end());
  pid_ = spawn(command, dir_.path() + ".log");
  while (!connect(url("postgres", "postgres")) ||
         PQstatus(connect(url("postgres", "postgres")).get()) != CONNECTION_OK) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_)
      throw std::runtime_error("postgres ended, see " + dir_.path() + ".log");
    std::this_thread::yield();
  }
}

void PostgresServer::kill_hard() {
  if (pid_ <= 0) return;
  resume();               // who stands still does not end
  ::kill(pid_, SIGQUIT);  // "immediate": no process of it goes on
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string PostgresServer::log() const {
  std::ifstream stream(dir_.path() + ".log");
  return {std::istreambuf_iterator<char>(stream), {}};
}

void PostgresServer::crash() {
  const std::string one = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY random()";
  const Connection witness = connect(url("postgres", "postgres"));
  ::kill(static_cast<pid_t>(std::stoi(first_value(witness.get(), one))), SIGKILL);
  // It has noticed when it has ended this session, too, and is back when it takes another.
  try {
    for (;;) first_value(witness.get(), "SELECT 1");
  } catch (const std::runtime_error&) {
    while (PQstatus(connect(url("postgres", "postgres")).get()) != CONNECTION_OK) std::this_thread::yield();
  }
}

void PostgresServer::signal_all(int signal) const {
  ::kill(pid_, signal);
  for (const pid_t child : children_of(pid_)) ::kill(child, signal);
}

// The first that stands still is the one that could start others.
void PostgresServer::pause() { signal_all(SIGSTOP); }
void PostgresServer::resume() { signal_all(SIGCONT); }

PostgresOutsider::PostgresOutsider(const std::string& database)
    : connection_(connect(PostgresServer::shared().url(database, "postgres"))) {}

std::string PostgresOutsider::run(const std::string& sql) { return first_value(connection_.get(), sql); }

void PostgresOutsider::query(const std::string& sql,
                             const std::function<void(const std::function<std::string(int)>&)>& on_row) {
  constexpr int kBinary = 1;
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(
      PQexecParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, kBinary), PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    on_row([&](int column) {
      const auto size = static_cast<std::size_t>(PQgetlength(result.get(), row, column));
      return std::string(PQgetvalue(result.get(), row, column), size);
    });
  }
}

std::string PostgresServer::url(const std::string& name, const std::string& role) const {
  return "postgresql://" + role + "@:" + std::to_string(port_) + "/" + name + "?host=" + dir_.path();
}

std::string PostgresServer::run(const std::string& name, const std::string& sql) {
  return first_value(connect(url(name, "postgres")).get(), sql);
}

std::string PostgresServer::database(const std::string& name) {
  if (run("postgres", "SELECT 1 FROM pg_database WHERE datname = '" + name + "'").empty()) {
    run("postgres", "CREATE DATABASE \"" + name + "\" OWNER platos");
  }
  return url(name, "platos");
}

std::string PostgresServer::database_over_tcp(const std::string& name, const std::string& parameters) {
  database(name);
  return "postgresql://platos@127.0.0.1:" + std::to_string(port_) + "/" + name + "?" + parameters;
}

bool on_postgres() {
  const char* store = std::getenv("PLATOS_TEST_STORE");
  return store != nullptr && std::string(store) == "postgres";
}

std::string store_url(const std::string& data_dir) {
  if (!on_postgres()) return {};
  return PostgresServer::shared().database(fs::path(data_dir).filename().string());
}

}  // namespace platos::tests
