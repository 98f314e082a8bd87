import CrashLab
import CrashLabText
import Glibc

extension SystemError {
  /// What happened, and what helps against it.
  var withAdvice: String {
    let advice = purpose.flatMap { special($0) } ?? general
    return advice.isEmpty ? inWords : "\(inWords): \(advice)"
  }

  /// What helps where it is known what was being done; nil: what helps against this error in general.
  private func special(_ purpose: Purpose) -> String? {
    switch purpose {
    case .makeRunFolder: "choose another folder with --output, or write none (--no-save, --no-keep)"
    case .saveReport: "is the disk full? the reports written before are whole"
    case .readProc: "the laboratory looks at its children through /proc, which must be mounted"
    case .readRegularFile: "it is no regular file"
    case .readReport(let largest): "a report has at most \(largest) bytes"
    case .readBenchmark: "it is no benchmark report: `crashlab bench --export FILE` writes one"
    case .lookAtProcess:
      switch code {
      case ENOENT, ESRCH: "there is no such process, or it ended during the look"
      case EACCES, EPERM:
        "the kernel lets only the same user with the right to trace look at it, and nobody at some: "
          + "use sudo, or let crashlab start the program (exec, stacks, layout)"
      default: nil
      }
    case .lookBeforeEnd(let seconds):
      "it ended before the look, \(seconds) s after its start: look sooner (--after)"
    case .makeStacks(let told):
      (told.isEmpty ? "" : "\(printable(told)): ")
        + "make fewer, or smaller ones (--stack-size), or raise ulimit -u and vm.max_map_count"
    case .startProgram: code == ENOENT ? "name a program in PATH, or a path" : nil
    case .seeEnd: "its end was not seen"
    case .runProgram(let objection): objection.advice
    case .traceProgram:
      switch code {
      case ENOENT: "is its name right, and is it in PATH?"
      case EACCES: "it is no program, or you may not execute it"
      case ETXTBSY: "its file is open for writing: run it when its writer has closed it"
      case E2BIG: "arguments and environment are longer than the kernel takes (see ulimit -s)"
      case EPERM:
        "tracing is forbidden here (a container without SYS_PTRACE, or ptrace_scope 3); `crashlab "
          + "doctor` tells more"
      default: nil
      }
    case .measureSwitch:
      switch code {
      case EPERM: "SCHED_FIFO needs CAP_SYS_NICE; try --policy batch"
      case EINVAL: "there is no such core here, or it is not ours: see nproc and --core"
      default: nil
      }
    case .measureLoad: code == EMFILE ? "see ulimit -n" : nil
    case .confineChildren:
      "a sandbox forbids it, and without it a child could not be ended whole or be bounded; "
        + "`crashlab doctor` tells more"
    case .startThreads:
      code == EAGAIN ? "see ulimit -u, kernel.threads-max, the cgroup's pids.max" : nil
    }
  }

  private var general: String {
    switch code {
    case EMFILE: "raise the limit of open files (ulimit -n), or run fewer --jobs"
    case ENFILE: "the whole machine has too many files open"
    case ENOMEM: "free some memory, or run fewer --jobs"
    case EAGAIN:
      "the limit of processes is reached (ulimit -u, or the container's): run fewer --jobs"
    case ENOSPC, EDQUOT: "the disk is full"
    case EROFS: "the file system is read-only"
    case ENOSYS, EPERM:
      "the kernel is too old for it, or a sandbox forbids it; `crashlab doctor` tells more"
    default: ""
    }
  }
}

extension ProgramObjection {
  fileprivate var advice: String {
    switch self {
    case .is32Bit:
      "a 32-bit program, and only 64-bit ones can be told of: build it for 64 bits, or run it "
        + "without crashlab"
    case .rights(let rights):
      "its file gives it \(rights.inWords), and under trace the kernel would run it without: use "
        + "sudo (CAP_SYS_PTRACE), or try a copy of the file without them"
    case .unreadable:
      "you may execute it but not read it, so that the kernel lets you see nothing of a crash: run "
        + "crashlab as its owner or with sudo, or run the program without crashlab"
    }
  }
}

extension CurtailedProgram {
  var inWords: String {
    let program = "'\(printable(name))' (process \(process))"
    return switch objection {
    case .is32Bit: "\(program) is a 32-bit program: nothing can be told of it"
    case .rights(let rights):
      "\(program) ran without \(rights.inWords), which its file gives it: the kernel gives them to "
        + "no traced program"
    case .unreadable:
      "\(program) may be executed but not read: the kernel lets nobody see what it did"
    }
  }
}
