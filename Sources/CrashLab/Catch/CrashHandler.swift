internal import CHarness
package import CrashLabModel
internal import Glibc

/// The kernel's core handler: it is started as root for each crash of the machine, with the core dump on
/// a pipe.
///
/// It looks at nothing itself. A child opens what root alone may open, gives up every right, reads the
/// crash and answers with bytes; these are written down. Whatever harms the child costs one report.
package struct CrashHandler {
  /// What became of a crash.
  package enum Outcome: Sendable, Equatable {
    /// The report's path, its line, and how many crashes before it were dropped.
    case reported(path: String, line: String, droppedBefore: Int)
    /// There were too many in this minute.
    case dropped
    /// The process was gone, or something else lies under its number.
    case gone
    case notDump
    case timedOut
    /// The reader was ended, or its answer could not be understood.
    case readerEnded(Signal?)
    case failed(SystemError)
  }

  package let notice: CrashNotice
  private let folder: CatchFolder
  private let settings: CatchSettings
  private let machine: Machine

  package init(
    _ notice: CrashNotice, folder: CatchFolder, settings: CatchSettings,
    machine: Machine = .current(trying: false)
  ) {
    self.notice = notice
    self.folder = folder
    self.settings = settings
    self.machine = machine
  }

  /// Bytes of a report.
  private static let mostAnswer = 16 << 20

  /// - Parameters:
  ///   - stream: the dump; it is closed as soon as nothing more is needed.
  ///   - write: a report and a line of what was seen. It runs in the reader, without rights.
  package func handle(
    stream: CInt = STDIN_FILENO, write: (TrialResult) -> (report: TrialReport, line: String)
  ) -> Outcome {
    var droppedBefore = 0
    do throws(SystemError) {
      let admitted = try CatchCounts.change(in: folder) { counts in
        let isAdmitted = counts.admit(at: bootTime(), most: settings.limits.reportsPerMinute)
        if isAdmitted {
          droppedBefore = counts.droppedSince
          counts.droppedSince = 0
        }
        return isAdmitted
      }
      guard admitted else { return .dropped }
      let outcome = try read(stream, droppedBefore, write)
      _ = try CatchCounts.change(in: folder) { counts in
        if case .reported = outcome { counts.reports += 1 } else { counts.failed += 1 }
      }
      return outcome
    } catch {
      return .failed(error)
    }
  }

  private func read(
    _ stream: CInt, _ droppedBefore: Int,
    _ write: (TrialResult) -> (report: TrialReport, line: String)
  ) throws(SystemError) -> Outcome {
    let reports = try folder.openReports()
    defer { close(reports) }
    let packing =
      settings.limits.dumpBytes > 0
      ? try DumpPacking(stream, notice, settings.limits, in: reports) : nil
    var ends: [CInt] = [-1, -1]
    try system("pipe") { clab_catch_pipe(&ends) }
    let reader = try system("fork") { clab_catch_fork() }
    if reader == 0 {
      close(ends[0])
      if packing != nil { close(stream) }
      let answer = answer(packing?.head ?? stream, write, isKept: packing != nil)
      _exit(CrashHandler.send(answer, to: ends[1]) ? 0 : 1)
    }
    close(ends[1])
    packing?.start()
    // The kernel waits for everybody who holds it.
    close(stream)
    let deadline = clab_now() + UInt64(settings.limits.seconds) * 1_000_000_000
    let answer = CrashHandler.receive(from: ends[0], until: deadline)
    close(ends[0])
    kill(-reader, SIGKILL)
    let signal = CrashHandler.waited(reader)
    guard let answer else {
      packing?.finish(as: nil)
      return .timedOut
    }
    do throws(CrashAnswer.Missing) {
      let answer = try CrashAnswer(answer)
      let name = try? CaughtReports.save(answer.report, of: notice, in: reports)
      guard let name else { throw .unclear }
      packing?.finish(as: name)
      CaughtReports.prune(in: reports, path: folder.reportsPath, to: settings.limits)
      return .reported(
        path: "\(folder.reportsPath)/\(name)\(CaughtReports.ending)", line: answer.line,
        droppedBefore: droppedBefore)
    } catch {
      packing?.finish(as: nil)
      switch error {
      case .failure(.notDump): return .notDump
      case .failure(.otherProcess): return .gone
      case .failure(.notWritten), .unclear: return .readerEnded(signal)
      }
    }
  }

  // MARK: - In the reader

  private func answer(
    _ stream: CInt, _ write: (TrialResult) -> (report: TrialReport, line: String), isKept: Bool
  ) -> [UInt8] {
    beFirstToBeKilled()
    clab_catch_allow_files(4096)
    let crashing: CrashingProcess
    do throws(SystemError) { crashing = try CrashingProcess(notice, stream: stream) } catch {
      return CrashAnswer.encode(.otherProcess)
    }
    let user = notice.readingUser
    guard
      clab_catch_limit(UInt64(settings.limits.memory), UInt64(settings.limits.seconds)) == 0,
      clab_catch_drop_rights(user.user, user.group) == 0, clab_catch_filter_calls() == 0
    else { return CrashAnswer.encode(.notWritten) }
    let reading = CrashReading(crashing, stream: stream, machine: machine, isKept: isKept)
    do throws(CrashReading.Failure) {
      let (report, line) = write(try reading.result())
      guard let text = try? JSON.text(of: TrialFile(machine: machine, trial: report)) else {
        throw .notWritten
      }
      return CrashAnswer(line: line, report: Array(text.utf8)).encoded
    } catch {
      return CrashAnswer.encode(error)
    }
  }

  private func beFirstToBeKilled() {
    let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = Glibc.write(file, "1000", 4)
    close(file)
  }

  private static func send(_ bytes: [UInt8], to pipe: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(pipe, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  // MARK: - In the handler

  /// What comes until the other end is closed; nil if it is too late, or too much.
  private static func receive(from pipe: CInt, until deadline: UInt64) -> [UInt8]? {
    var bytes: [UInt8] = []
    while true {
      let now = clab_now()
      guard now < deadline, bytes.count <= mostAnswer else { return nil }
      var waiting = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, CInt(clamping: (deadline - now) / 1_000_000 + 1)) > 0 else {
        continue
      }
      let chunk = [UInt8](unsafeUninitializedCapacity: 64 << 10) {
        $1 = max(0, Glibc.read(pipe, $0.baseAddress, $0.count))
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
  }

  /// What ended the reader; nil if it ended by itself.
  private static func waited(_ process: pid_t) -> Signal? {
    var status: CInt = 0
    var got: pid_t
    repeat { got = waitpid(process, &status, 0) } while got < 0 && errno == EINTR
    return got > 0 && status & 0x7f != 0 ? Signal(status & 0x7f) : nil
  }

  private func bootTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return time.tv_sec
  }
}
