/// The version of the library and of the command. It stands nowhere else: a test holds that.
public let crashLabVersion = "0.1"
