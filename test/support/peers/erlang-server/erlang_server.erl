%% An SSH server of Erlang's ssh application for tests: commands and a shell without a PTY, SFTP, forwarding both ways.
%% erl -eval 'erlang_server:main().' -extra HOST_KEYS USER RUNNER. Folders with ssh_host_*_key and with authorized_keys, and
%% run-command.py. Prints "listening on PORT".
-module(erlang_server).
-behaviour(ssh_server_channel).
-export([main/0, init/1, handle_msg/2, handle_ssh_msg/2, terminate/2]).

main() ->
    [HostKeys, User, Runner] = init:get_plain_arguments(),
    {ok, _} = application:ensure_all_started(ssh),
    {ok, Daemon} = ssh:daemon({127, 0, 0, 1}, 0, [
        {system_dir, HostKeys}, {user_dir, User}, {auth_methods, "publickey"},
        {ssh_cli, {?MODULE, [Runner]}}, {subsystems, [ssh_sftpd:subsystem_spec([])]},
        {tcpip_tunnel_in, true}, {tcpip_tunnel_out, true}]),
    {ok, Info} = ssh:daemon_info(Daemon),
    io:format("listening on ~p~n", [proplists:get_value(port, Info)]).

%% A channel: what it runs is behind a port with frames, because ports of Erlang cannot tell a program of the end of its input.
init([Runner]) -> {ok, #{runner => Runner}}.

handle_msg({ssh_channel_up, Channel, Connection}, State) -> {ok, State#{channel => Channel, connection => Connection}};
handle_msg({_Port, {data, <<1, Data/binary>>}}, State) -> send(0, Data, State);
handle_msg({_Port, {data, <<2, Data/binary>>}}, State) -> send(1, Data, State);
handle_msg({_Port, {data, <<0, Status>>}}, #{connection := Connection, channel := Channel} = State) ->
    ssh_connection:send_eof(Connection, Channel),
    ssh_connection:exit_status(Connection, Channel, Status),
    {stop, Channel, State};
handle_msg(_, State) -> {ok, State}.

handle_ssh_msg({ssh_cm, _, {exec, _, Reply, Command}}, State) -> run(Command, Reply, State);
handle_ssh_msg({ssh_cm, _, {shell, _, Reply}}, State) -> run("exec /bin/sh", Reply, State);
handle_ssh_msg({ssh_cm, _, {data, _, 0, Data}}, #{port := Port} = State) -> port_command(Port, Data), {ok, State};
handle_ssh_msg({ssh_cm, _, {eof, _}}, #{port := Port} = State) -> port_command(Port, <<>>), {ok, State};
handle_ssh_msg({ssh_cm, Connection, {pty, Channel, Reply, _}}, State) ->
    ssh_connection:reply_request(Connection, Reply, failure, Channel), {ok, State};
handle_ssh_msg({ssh_cm, Connection, {env, Channel, Reply, _, _}}, State) ->
    ssh_connection:reply_request(Connection, Reply, failure, Channel), {ok, State};
handle_ssh_msg(_, State) -> {ok, State}.

terminate(_, #{port := Port}) -> catch port_close(Port);
terminate(_, _) -> ok.

run(Command, Reply, #{connection := Connection, channel := Channel, runner := Runner} = State) ->
    Port = open_port({spawn_executable, "/usr/bin/python3"}, [{args, [Runner, Command]}, {packet, 4}, binary]),
    ssh_connection:reply_request(Connection, Reply, success, Channel),
    {ok, State#{port => Port}}.

send(Type, Data, #{connection := Connection, channel := Channel} = State) ->
    ssh_connection:send(Connection, Channel, Type, Data),
    {ok, State}.
