internal import CHarness
internal import CrashLabModel

/// What a program says to the fresh copy of itself that is to try something.
struct TrialRequest: Codable, Equatable {
  enum Subject: Codable, Equatable {
    case closure(CodePlace, on: TrialStack)
    case command([String])
    /// How much of its stacks it uses.
    case stacksOf([String], isExact: Bool)
  }

  var name: String
  var subject: Subject
  /// Seconds.
  var timeout: Double
  /// What is tried may write to this process's standard output and error.
  var showsOutput: Bool
}

/// What the fresh copy answers.
enum TrialAnswer: Codable {
  case result(TrialResult)
  case stacks(StacksReport, Termination)
  case failure(TrialFailure)
}

/// Code, named so that another process that has loaded the same file finds it.
struct CodePlace: Codable, Equatable {
  /// As the loader names it; empty for the program itself.
  var image: String
  /// Bytes from where the image was loaded.
  var offset: UInt64

  init(image: String, offset: UInt64) {
    self.image = image
    self.offset = offset
  }

  /// Nil if it is no code of any image.
  init?(of function: @convention(c) () -> Void) {
    let address = UInt64(UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self)))
    var offset: UInt64 = 0
    let image = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      clab_place_of_code(address, buffer.baseAddress, buffer.count, &offset)
        ? String(cString: buffer.baseAddress!) : nil
    }
    guard let image else { return nil }
    self.init(image: image, offset: offset)
  }

  /// Nil if this process has no such code.
  var function: (@convention(c) () -> Void)? {
    let address = clab_code_at(image, offset)
    return UnsafeRawPointer(bitPattern: UInt(address)).map {
      unsafeBitCast($0, to: (@convention(c) () -> Void).self)
    }
  }
}
