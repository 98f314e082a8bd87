import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

struct CoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "core",
    abstract: "Tell from a core dump how a program crashed.",
    discussion: """
      The same report as crashlab exec gives, of a program that has crashed already. Code is not in \
      a dump: it is read from the files that were mapped, if they are still the same (their build \
      identifiers tell), below --sysroot if that is named, and from each IMAGE in place of the file \
      that has its build identifier. A dump may be compressed (zstd, lz4, xz, gzip: their commands \
      unpack it).

        crashlab core core.1234
        crashlab core core.1234 ./server ./libparser.so
        coredumpctl dump 1234 | crashlab core - --sysroot /srv/images/server

      Exit status: 0 if the report could be made; 65 if the file is no core dump of this machine, \
      is cut off before the memory begins, or is not of that program; 66 if a file can't be read.
      """)

  @Argument(help: "The core dump ('-': standard input).", completion: .file())
  var file: String
  @Argument(
    help: "Programs and libraries that were mapped, if they lie elsewhere.",
    completion: .file())
  var image: [String] = []
  @Option(
    help: ArgumentHelp(
      "Look for the files that were mapped below this folder.", valueName: "folder"),
    completion: .directory)
  var sysroot: String?
  @OptionGroup var output: CrashReportOptions

  func run() throws {
    try output.page.prepare()
    let machine = Machine.current(trying: false)
    let account: CoreDumpReport.Account
    do {
      account = try CoreDumpReport(core: file, images: image, root: sysroot).read(machine: machine)
    } catch let error as UnreadableFile {
      complain("\(error)")
      throw ExitCode(EX_DATAERR)
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
    try output.tell(
      [output.report(account.result)], notes: account.notes.map(\.inWords), machine: machine,
      duration: 0, knowsHost: false)
  }
}
