#include "spmctl/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

#include "spmctl/answers.hpp"
#include "spmctl/api_call.hpp"
#include "spmctl/completion.hpp"
#include "spmctl/profile_commands.hpp"
#include "spmctl/watch.hpp"

namespace spm::spmctl {
namespace {

constexpr const char* kAbout =
    "spmctl: SPM Orchestrator from a terminal.\n"
    "Every call of the REST API is a command: spmctl GROUP VERB; spmctl GROUP --help shows the verbs.";
constexpr const char* kFooter =
    "Exit status: 0 done, 1 the answer is no (a test failed, a part failed), 2 wrong usage, 3 not allowed, 4 not found,\n"
    "5 conflict, 6 no connection or the service cannot answer.\n"
    "Environment: SPMCTL_URL, SPMCTL_KEY.";

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A command of the contract on this command line.
struct Bound {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  std::map<std::string, std::vector<std::string>> words;
  std::map<std::string, bool> flags;
  std::map<std::string, CLI::Option*> flag_options;
  std::string data;
};

class CommandLine {
 public:
  CommandLine() : app_(kAbout, "spmctl") {
    app_.footer(kFooter);
    app_.require_subcommand(0, 1);
    app_.add_option("-o,--output", output_, "table or json")
        ->transform(CLI::CheckedTransformer(std::map<std::string, Output>{{"table", Output::Table}, {"json", Output::Json}}))
        ->option_text("table|json");
    app_.add_option("--profile", choice_.profile, "Which of the stored services");
    app_.add_option("--server", choice_.server, "Address of the service, such as https://spm.example.org:5001");
    app_.add_option("--ca-file", ca_file_, "Certificate authority of the service")->check(CLI::ExistingFile);
    app_.add_flag("--insecure", is_insecure_, "Do not check the service's certificate");
    app_.add_option("--timeout", timeout_, "Seconds that a call may take")->check(CLI::Range(1, 3600))->capture_default_str();
    for (const auto& command : commands_) bind(command);
    bind_own();
  }
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Exit run(const std::vector<std::string>& arguments);

 private:
  CLI::App* group(const std::string& name);
  CLI::App* add(CLI::App* parent, const std::string& name, const std::string& about);
  void bind(const Command& command);
  void bind_field(Bound& bound, const Field& field);
  void bind_own();

  [[nodiscard]] Exit execute(const Bound& bound) const;
  [[nodiscard]] Exit send(const Result<ApiCall>& call) const;
  [[nodiscard]] Exit profile_command();
  [[nodiscard]] Exit watch() const;
  [[nodiscard]] Result<Client> client() const;
  [[nodiscard]] const Bound* default_of(const CLI::App* group) const;

  const std::vector<Command> commands_ = commands_of(embedded_contract());
  CLI::App app_;
  std::map<std::string, CLI::App*> groups_;
  std::vector<std::unique_ptr<Bound>> bound_;
  Output output_ = Output::Table;
  Choice choice_{"", "", from_environment("SPMCTL_URL"), from_environment("SPMCTL_KEY")};
  std::string ca_file_;
  bool is_insecure_ = false;
  int timeout_ = 60;

  CLI::App* raw_ = nullptr;
  std::string raw_method_, raw_path_, raw_data_;
  std::vector<std::string> raw_query_;
  CLI::App* watch_ = nullptr;
  std::string watched_;
  CLI::App* completion_ = nullptr;
  std::string shell_;
  CLI::App* version_ = nullptr;
  CLI::App *add_profile_ = nullptr, *list_profiles_ = nullptr, *use_profile_ = nullptr, *remove_profile_ = nullptr;
  NewProfile new_profile_;
  bool has_no_key_ = false;
};

CLI::App* CommandLine::add(CLI::App* parent, const std::string& name, const std::string& about) {
  auto* added = parent->add_subcommand(name, about);
  added->fallthrough();  // -o json may stand at the end
  return added;
}

CLI::App* CommandLine::group(const std::string& name) {
  auto& group = groups_[name];
  if (group == nullptr) {
    group = add(&app_, name, "");
    group->require_subcommand(0, 1);
  }
  return group;
}

void CommandLine::bind(const Command& command) {
  auto& bound = *bound_.emplace_back(std::make_unique<Bound>());
  bound.command = &command;
  auto* parent = group(command.group);
  bound.app = add(parent, command.verb, command.summary);
  bound.app->footer(fmt::format("{}{}{} {}", command.description, command.description.empty() ? "" : "\n", command.method, command.path));
  for (const auto& field : command.fields) bind_field(bound, field);
  if (command.takes_body) bound.app->add_option("--data", bound.data, "The body as JSON, @FILE, or - for standard input");
}

void CommandLine::bind_field(Bound& bound, const Field& field) {
  const auto help = field.choices.empty()
                        ? field.help
                        : fmt::format("{}{}{}", field.help, field.help.empty() ? "" : "; ", fmt::join(field.choices, ", "));
  if (field.place == Place::Path) {
    bound.app->add_option(field.name, bound.words[field.name], help)->required()->expected(1)->option_text(" ");
  } else if (field.kind == Kind::Boolean && !field.is_list) {
    bound.flag_options[field.name] =
        bound.app->add_flag(fmt::format("{0},!--no-{1}", field.option, field.option.substr(2)), bound.flags[field.name], help);
  } else {
    auto* option = bound.app->add_option(field.option, bound.words[field.name], help);
    option->allow_extra_args(false);  // --errata-ids A --errata-ids B
    if (!field.is_list) option->expected(1);
  }
}

void CommandLine::bind_own() {
  raw_ = add(&app_, "api", "Any call: spmctl api GET /queue --query status=queued");
  raw_->add_option("method", raw_method_, "GET, POST, PUT, PATCH or DELETE")
      ->required()
      ->transform(CLI::IsMember(std::vector<std::string>{"GET", "POST", "PUT", "PATCH", "DELETE"}, CLI::ignore_case));
  raw_->add_option("path", raw_path_, "/queue, or /api/v1/queue")->required();
  raw_->add_option("--query", raw_query_, "NAME=VALUE, as often as needed")->allow_extra_args(false);
  raw_->add_option("--data", raw_data_, "The body as JSON, @FILE, or - for standard input");

  watch_ = add(group("test"), "watch", "Show the log of a test run as it grows; exit status 0 when it passed, 1 when not");
  watch_->add_option("id", watched_, "The test run")->required();

  completion_ = add(&app_, "completion", "Print the completion script for a shell");
  completion_->add_option("shell", shell_, "bash or zsh")->required()->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh"}));
  version_ = add(&app_, "version", "Print the version of this program");

  auto* profile = group("profile");
  profile->description("Services and their keys, stored for this user alone");
  profile->require_subcommand(1);
  add_profile_ = add(profile, "add", "Store a service; its key is read from standard input");
  add_profile_->add_option("name", new_profile_.name, "A name of your own")->required();
  add_profile_->add_option("--url", new_profile_.profile.url, "Address, such as https://spm.example.org:5001")->required();
  add_profile_->add_flag("--no-key", has_no_key_, "Store no key");
  list_profiles_ = add(profile, "list", "Show the stored services");
  use_profile_ = add(profile, "use", "Make one the current one");
  remove_profile_ = add(profile, "remove", "Forget one");
  for (auto* command : {use_profile_, remove_profile_}) command->add_option("name", new_profile_.name, "Its name")->required();
}

Result<Client> CommandLine::client() const {
  const auto profiles = read_profiles(profiles_file());
  if (!profiles) return tl::unexpected<Error>(profiles.error());
  auto chosen = choose(*profiles, choice_);
  if (!chosen) return tl::unexpected<Error>(chosen.error());
  if (!ca_file_.empty()) chosen->ca_file = ca_file_;
  if (is_insecure_) chosen->verify_tls = false;
  return Result<Client>(tl::in_place, std::move(*chosen), std::chrono::seconds(timeout_));
}

Exit CommandLine::send(const Result<ApiCall>& call) const {
  if (!call) return print_error(call.error());
  const auto service = client();
  if (!service) return print_error(service.error());
  const auto answer = service->send(*call);
  return answer ? print_answer(*answer, output_) : print_error(answer.error());
}

Exit CommandLine::execute(const Bound& bound) const {
  Given given = bound.words;
  for (const auto& [name, option] : bound.flag_options) {
    if (option->count() > 0) given[name] = {bound.flags.at(name) ? "true" : "false"};
  }
  return send(call_of(*bound.command, given, bound.data));
}

Exit CommandLine::watch() const {
  const auto service = client();
  return service ? watch_test(*service, watched_) : print_error(service.error());
}

Exit CommandLine::profile_command() {
  Result<void> done;
  if (add_profile_->parsed()) {
    new_profile_.asks_for_key = !has_no_key_;
    new_profile_.profile.ca_file = ca_file_;
    new_profile_.profile.verify_tls = !is_insecure_;
    done = add_profile(new_profile_);
  }
  if (list_profiles_->parsed()) done = list_profiles();
  if (use_profile_->parsed()) done = use_profile(new_profile_.name);
  if (remove_profile_->parsed()) done = remove_profile(new_profile_.name);
  return done ? Exit::Ok : print_error(done.error());
}

const Bound* CommandLine::default_of(const CLI::App* group) const {
  for (const auto& bound : bound_) {
    if (bound->app->get_parent() == group && bound->command->is_default()) return bound.get();
  }
  return nullptr;
}

Exit CommandLine::run(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == "__complete") {
    for (const auto& word : candidates(commands_, {arguments.begin() + 1, arguments.end()})) std::printf("%s\n", word.c_str());
    return Exit::Ok;
  }
  try {
    app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app_.exit(error) == 0 ? Exit::Ok : Exit::Usage;
  }
  if (raw_->parsed()) return send(raw_call(raw_method_, raw_path_, raw_query_, raw_data_));
  if (watch_->parsed()) return watch();
  if (completion_->parsed()) return std::fputs((shell_ == "bash" ? bash_completion() : zsh_completion()).data(), stdout), Exit::Ok;
  if (version_->parsed()) return std::printf("spmctl %s\n", SPM_VERSION), Exit::Ok;
  if (app_.got_subcommand("profile")) return profile_command();
  for (const auto& bound : bound_) {
    if (bound->app->parsed()) return execute(*bound);
  }
  const auto parsed = app_.get_subcommands();
  if (!parsed.empty()) {
    if (const auto* bound = default_of(parsed.front())) return execute(*bound);
  }
  std::fputs((parsed.empty() ? app_.help() : parsed.front()->help()).c_str(), stderr);
  return Exit::Usage;
}

}  // namespace

int run(const std::vector<std::string>& arguments) { return code(CommandLine().run(arguments)); }

}  // namespace spm::spmctl
