import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import {
  IconDeviceDesktop,
  IconKey,
  IconLock,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { sessionOptions, useSignOut } from '@/api/session';

const SCHEMES = [
  { value: 'auto', name: 'As the system', icon: IconDeviceDesktop },
  { value: 'light', name: 'Light', icon: IconSun },
  { value: 'dark', name: 'Dark', icon: IconMoon },
] as const;

/** Light, dark, or what the system says; the choice stays in this browser. */
export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const current = SCHEMES.find(({ value }) => value === colorScheme) ?? SCHEMES[0];
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label={`Colours: ${current.name}`}>
          <ActionIcon aria-label={`Colours: ${current.name}`}>
            <current.icon size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, name, icon: Sign }) => (
          <Menu.Item key={value} leftSection={<Sign size={16} />} onClick={() => setColorScheme(value)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function UserMenu() {
  const { data: session } = useQuery(sessionOptions);
  const signOut = useSignOut();
  const navigate = useNavigate();
  const name = [session?.user.display_name, session?.user.name, 'User'].find(Boolean);
  const leave = () =>
    signOut.mutate(undefined, {
      onSuccess: () => void navigate({ to: '/sign-in', search: { next: undefined } }),
    });
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label={name}>
          <ActionIcon aria-label={`User menu of ${name}`}>
            <IconUserCircle size={20} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item leftSection={<IconKey size={16} />} onClick={() => void navigate({ to: '/tokens' })}>
          API tokens
        </Menu.Item>
        <Menu.Item leftSection={<IconLock size={16} />} onClick={() => void navigate({ to: '/password' })}>
          Change password
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
