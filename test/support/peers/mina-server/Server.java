import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.OptionalFeature;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.config.keys.AuthorizedKeysAuthenticator;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** Apache MINA SSHD with all that it has: Server.java REKEY_BYTES AUTHORIZED_KEYS HOST_KEY... */
public class Server {
    public static void main(String[] words) throws Exception {
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setPort(0);
        List<Path> hostKeys = new ArrayList<>();
        for (int i = 2; i < words.length; i++)
            hostKeys.add(Path.of(words[i]));
        server.setKeyPairProvider(new FileKeyPairProvider(hostKeys));
        server.setPublickeyAuthenticator(new AuthorizedKeysAuthenticator(Path.of(words[1])));
        // What is only for old peers too: the client's order decides.
        server.setKeyExchangeFactories(NamedFactory.setUpTransformedFactories(true, List.copyOf(BuiltinDHFactories.VALUES), ServerBuilder.DH2KEX));
        server.setCipherFactories(all(BuiltinCiphers.VALUES));
        server.setMacFactories(all(BuiltinMacs.VALUES));
        server.setSignatureFactories(all(BuiltinSignatures.VALUES));
        server.setCommandFactory((channel, command) -> new Program("/bin/sh", "-c", command));
        server.setShellFactory(channel -> new Program("/bin/sh"));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory.Builder().build()));
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        long bytes = Long.parseLong(words[0]);
        if (bytes > 0)
            CoreModuleProperties.REKEY_BYTES_LIMIT.set(server, bytes);
        server.addSessionListener(new org.apache.sshd.common.session.SessionListener() {
            @Override
            public void sessionEvent(org.apache.sshd.common.session.Session session, Event event) {
                if (event == Event.KexCompleted)
                    System.out.println("key exchange");
            }
        });
        server.start();
        System.out.println("listening on " + server.getPort());
        Thread.sleep(Long.MAX_VALUE);
    }

    private static <T, F extends NamedFactory<T> & OptionalFeature> List<NamedFactory<T>> all(Set<F> factories) {
        List<NamedFactory<T>> supported = new ArrayList<>();
        for (F factory : factories)
            if (factory.isSupported() && !factory.getName().equals("none"))
                supported.add(factory);
        return supported;
    }

    /** A process. MINA's own ProcessShellFactory moves input and output in one thread: `cat` of some megabytes, with which it waits for ever, needs two. */
    private static class Program implements Command {
        private final String[] words;
        private InputStream input;
        private OutputStream output;
        private OutputStream errors;
        private ExitCallback exit;
        private Process process;

        Program(String... words) {
            this.words = words;
        }

        @Override
        public void setInputStream(InputStream stream) {
            input = stream;
        }

        @Override
        public void setOutputStream(OutputStream stream) {
            output = stream;
        }

        @Override
        public void setErrorStream(OutputStream stream) {
            errors = stream;
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            exit = callback;
        }

        @Override
        public void start(ChannelSession channel, Environment environment) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.environment().putAll(environment.getEnv());
            process = builder.start();
            copy(input, process.getOutputStream(), true);
            Thread said = copy(process.getInputStream(), output, false);
            Thread complained = copy(process.getErrorStream(), errors, false);
            run(() -> {
                int code = process.waitFor();
                said.join();
                complained.join();
                exit.onExit(code);
            });
        }

        @Override
        public void destroy(ChannelSession channel) {
            process.destroyForcibly();
        }

        private static Thread copy(InputStream from, OutputStream to, boolean close) {
            return run(() -> {
                byte[] block = new byte[32768];
                for (int count = from.read(block); count >= 0; count = from.read(block)) {
                    to.write(block, 0, count);
                    to.flush();
                }
                if (close)
                    to.close();
            });
        }

        private interface Work {
            void run() throws Exception;
        }

        private static Thread run(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (Exception error) {
                    // The other side has gone.
                }
            });
            thread.setDaemon(true);
            thread.start();
            return thread;
        }
    }
}
