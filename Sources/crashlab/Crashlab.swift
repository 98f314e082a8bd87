import ArgumentParser
import CrashLab
import CrashLabModel
import Glibc

/// The command. It is synchronous on purpose: an async one would start threads, and a laboratory
/// that forks must have none.
@main
struct Crashlab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crashlab",
    abstract: "Crashes programs on purpose and tells the truth about how they died.",
    discussion: """
      Each case of the catalogue runs in a child process of its own. The report says where the \
      fault fell relative to the guard page, how deep the stack was, and who died with it.

      Exit status: 0 all as expected, 1 some case not or none ran, 64 usage, 70 the \
      laboratory itself failed, 130 interrupted (128 and the signal's number).
      """,
    version: "crashlab \(crashLabVersion)",
    subcommands: [
      AllCommand.self, RunCommand.self, ListCommand.self, ExplainCommand.self, ExecCommand.self,
      CoreCommand.self, LookCommand.self, CatchCommand.self,
      StacksCommand.self, ReportCommand.self, CompareCommand.self, LayoutCommand.self,
      FramesCommand.self,
      SwitchCommand.self, ClaimsCommand.self, BenchCommand.self, DoctorCommand.self,
      ResumeCommand.self, ReportCrashCommand.self,
    ])

  /// Parses and runs; what goes wrong becomes a sentence and one of the documented statuses.
  static func main() {
    StandardDescriptors.occupy()
    // A file that may not grow is an error to be told, not a death; and children's ends are told.
    ForeignProgram.setSignals()
    // Swift's runtime takes the arguments from there.
    guard CommandLine.argc > 0 else {
      complain("/proc/self/cmdline can't be read: crashlab needs /proc to be mounted")
      exit(withError: ExitCode(EX_SOFTWARE))
    }
    if let typed = CommandLine.arguments.dropFirst().first, let objection = objection(to: typed) {
      complain(objection)
      exit(withError: ExitCode(EX_USAGE))
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let interrupted as Laboratory.Interrupted {
      complain(
        "interrupted by \(interrupted.signal); every child was ended, and the reports so far are kept"
      )
      exit(withError: ExitCode(128 + interrupted.signal.number))
    } catch let status as ExitCode {
      Glibc.exit(status.rawValue)  // the library would make a text of help first
    } catch let error as SystemError {
      complain(error.withAdvice)
      exit(withError: ExitCode(EX_SOFTWARE))
    } catch let failure as TrialFailure {
      complain("\(failure)")
      exit(withError: ExitCode(EX_SOFTWARE))
    } catch {
      exit(withError: error)
    }
  }

  /// What is wrong with a subcommand's name; nil for one that there is, and for an option.
  private static func objection(to typed: String) -> String? {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    if typed.hasPrefix("-") || typed.isEmpty || names.contains(typed) { return nil }
    let hint = nearest(to: typed, among: names).first.map { "did you mean '\($0)'?" }
    return "there is no subcommand '\(printable(typed))'; "
      + (hint ?? "`crashlab --help` lists them, `crashlab exec \(printable(typed))` runs a program")
  }
}
