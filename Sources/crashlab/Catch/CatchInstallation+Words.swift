import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

extension CatchInstallation {
  /// Does it, or says why not and ends with a documented status.
  func telling<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let failure as Failure {
      complain(failure.inWords)
      throw ExitCode(EX_CANTCREAT)
    } catch let error as SystemError {
      complain(
        error.code == EROFS || error.code == EACCES || error.code == EPERM
          ? "\(error.inWords): the kernel's settings are root's; in a container they can't be changed"
          : error.withAdvice)
      throw ExitCode(EX_SOFTWARE)
    }
  }
}

extension CatchInstallation.Failure {
  fileprivate var inWords: String {
    switch self {
    case .unusablePath(let path):
      "'\(printable(path))' can't be told to the kernel: it must be absolute, without blanks and '%'"
    case .patternTooLong(let bytes, let most):
      "core_pattern would have \(bytes) bytes, and the kernel takes \(most): install crashlab under a "
        + "shorter path, or name a link to it with --program"
    case .objection(let objection): objection.inWords
    case .notInstalled: "no handler is installed, or not with this folder (--state)"
    case .replaced(let pattern):
      "kernel.core_pattern is '\(printable(pattern))' now: somebody has set it since, and nothing is "
        + "changed"
    case .noPacker(let name): "\(name) is not installed, which --keep-core needs"
    }
  }
}

extension CatchInstallation.Objection {
  var inWords: String {
    switch self {
    case .missing(let path): "there is no program \(printable(path))"
    case .changeable(let path):
      "\(printable(path)) may be changed by others than root, and the kernel would start it as root: "
        + "install crashlab with .github/install"
    case .inContainer:
      "this is a container or a chroot, and core_pattern is the machine's: install it outside; it "
        + "tells of crashes inside too"
    }
  }
}

extension CatchStatus.Hindrance {
  var inWords: String {
    switch self {
    case .notInstalled: "it is not installed"
    case .patternReplaced: "somebody has set another kernel.core_pattern since"
    case .noPipeLimit:
      "kernel.core_pipe_limit is 0: programs are gone before they can be looked at; install again"
    case .setUserNotDumped:
      "fs.suid_dumpable is 0: of programs with more rights than their user nothing is told"
    case .programMissing: "the program that the kernel starts is not there: install again"
    case .programChangeable:
      "others than root may change the program that the kernel starts as root"
    case .inContainer: "this is a container or a chroot, and the settings are the machine's"
    case .coreLimitOfOne:
      "RLIMIT_CORE is 1 byte here: of what is started from here the kernel tells nobody"
    case .logMissing: "there is no socket of a system's log: no lines, only reports"
    case .notPersistent: "until the machine starts again: no file under /etc/sysctl.d"
    case .noPidfd:
      "this kernel hands over no descriptor of the process (Linux 6.16 does): that it is the one that "
        + "crashed is told by its state, by the pipe and by its auxiliary vector"
    }
  }
}
