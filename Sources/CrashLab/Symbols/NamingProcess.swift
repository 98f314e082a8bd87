internal import CHarness
internal import CNaming
internal import Glibc

/// The process that reads symbol tables and debug information, with limits on time and memory: what
/// harms it costs names and nothing else.
final class NamingProcess {
  /// How deep a file is read.
  enum Depth: UInt32, Comparable {
    case symbols = 0
    case lines = 1

    static func < (left: Depth, right: Depth) -> Bool { left.rawValue < right.rawValue }
  }

  enum Failure: Equatable {
    /// It could not be started or asked.
    case refused
    /// It had ended before it was asked: no image is to blame.
    case gone
    case ended(Signal?)
    case timedOut
    case unclear
  }

  struct Question {
    /// The image's number.
    var image: Int
    var path: String
    var depth: Depth
    /// Nil if this naming process has read it already.
    var file: ImageFile?
    /// In the file, bytes.
    var offsets: [UInt64]
  }

  static let mostImages = Int(CLAB_NAMING_MOST_IMAGES)
  static let mostPlaces = Int(CLAB_NAMING_MOST_PLACES)

  /// 0 while there is none.
  private(set) var process: pid_t = 0
  private var channel: CInt = -1
  /// Every new process has another: it knows no image yet.
  private(set) var generation = 0
  /// Nanoseconds for the answers to a question. A debug information server needs more of them.
  private let patience: UInt64
  private var buffer = [UInt8](repeating: 0, count: Int(CLAB_NAMING_MOST_ANSWER))

  /// - Parameter patience: nanoseconds for the answers to a question; nil: what they usually need.
  init(patience: UInt64? = nil) {
    let servers = getenv("DEBUGINFOD_URLS").map { $0.pointee != 0 } ?? false
    self.patience = patience ?? (servers ? 90_000_000_000 : 10_000_000_000)
  }

  deinit { stop() }

  /// Ends it. The next question starts another.
  func stop() {
    guard process > 0 else { return }
    kill(process, SIGKILL)
    _ = waited()
  }

  /// Starts one if there is none; returns whether there is one.
  func start() -> Bool {
    if process > 0 { return true }
    var channel: CInt = -1
    let process = clab_naming_start(&channel)
    guard process > 0 else { return false }
    self.process = process
    self.channel = channel
    generation += 1
    return true
  }

  /// Asks for one image; `start` was called before.
  ///
  /// - Returns: an answer for each offset, in their order. After a failure it has ended, and the
  ///   answers that came before are there.
  func ask(_ question: Question) -> (answers: [NamingAnswer], failure: Failure?) {
    let path = Array(question.path.utf8.prefix(Int(CLAB_NAMING_MOST_PATH) - 1))
    var request = clab_naming_request(
      image: UInt32(question.image), depth: question.depth.rawValue,
      places: UInt32(question.offsets.count), path_size: UInt32(path.count))
    let error = path.withUnsafeBytes { path in
      clab_naming_ask(
        channel, &request, question.offsets, path.bindMemory(to: CChar.self).baseAddress,
        question.file?.descriptor ?? -1)
    }
    guard error == 0 else { return ([], end(by: error == EPIPE ? .gone : .refused)) }
    let deadline = clab_now() + patience
    var answers: [NamingAnswer] = []
    while answers.count < question.offsets.count {
      switch answer(until: deadline) {
      case .success(let answer)
      where answer.image == request.image && answer.place == answers.count:
        answers.append(answer)
      case .success: return (answers, end(by: .unclear))
      case .failure(let cause): return (answers, end(by: cause.failure))
      }
    }
    return (answers, nil)
  }

  /// Asks for one symbol as its programmer wrote it; `start` was called before. Nil if there is no
  /// answer: then it has ended.
  func demangled(_ symbol: String) -> String? {
    let symbol = Array(symbol.utf8.prefix(Int(CLAB_NAMING_MOST_PATH) - 1))
    var request = clab_naming_request(
      image: UInt32(CLAB_NAMING_NO_IMAGE), depth: 0, places: 0,
      path_size: UInt32(symbol.count))
    let error = symbol.withUnsafeBytes { symbol in
      clab_naming_ask(
        channel, &request, nil, symbol.bindMemory(to: CChar.self).baseAddress, -1)
    }
    guard error == 0 else {
      _ = end(by: .refused)
      return nil
    }
    switch answer(until: clab_now() + patience) {
    case .success(let answer) where answer.image == request.image:
      return answer.functions.first?.symbol
    case .success: _ = end(by: .unclear)
    case .failure(let cause): _ = end(by: cause.failure)
    }
    return nil
  }

  private struct Cause: Error {
    /// Nil: it has ended by itself.
    var failure: Failure?
  }

  private func answer(until deadline: UInt64) -> Result<NamingAnswer, Cause> {
    var deadline = deadline
    let usedBefore = Starvation.processorTime(of: process) ?? 0
    let last = deadline + 20 * patience
    while true {
      let now = clab_now()
      if now >= deadline {
        // On a machine that is too busy what counts is what it could do: it gets as much of a
        // processor as it would have had on one that is idle.
        guard now < last, Starvation.hasRunnableThread(process),
          let used = Starvation.processorTime(of: process), used - usedBefore < patience
        else { return .failure(Cause(failure: .timedOut)) }
        deadline = now + max(patience - (used - usedBefore), patience / 20)
      }
      var waiting = pollfd(fd: channel, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, CInt(clamping: (deadline - now) / 1_000_000 + 1))
      if ready == 0 || ready < 0 && errno == EINTR { continue }
      let count = recv(channel, &buffer, buffer.count, CInt(MSG_DONTWAIT | MSG_TRUNC))
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return .failure(Cause(failure: nil)) }
      guard count <= buffer.count,
        let answer = buffer.withUnsafeBytes({ try? NamingAnswer(.init(rebasing: $0[..<count])) })
      else { return .failure(Cause(failure: .unclear)) }
      return .success(answer)
    }
  }

  /// - Parameter failure: nil if it has ended, or is about to, by itself.
  private func end(by failure: Failure?) -> Failure {
    if failure != nil {
      stop()
    }
    return failure ?? .ended(waited())
  }

  /// What ended it.
  private func waited() -> Signal? {
    close(channel)
    var status: CInt = 0
    var got: pid_t
    repeat { got = waitpid(process, &status, 0) } while got < 0 && errno == EINTR
    process = 0
    channel = -1
    return got > 0 && status & 0x7f != 0 ? Signal(status & 0x7f) : nil
  }
}
