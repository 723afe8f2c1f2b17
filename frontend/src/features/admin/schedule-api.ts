import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { scheduleKey } from '@/api/resources';
import { useWrite } from '@/api/write';

type Schemas = components['schemas'];

export type Schedule = Schemas['Schedule'];
export type ScheduleInput = Omit<Schedule, 'id'>;
/** What a preview needs to know. */
export type ScheduleDetails = Pick<Schedule, 'time_zone' | 'days' | 'hours' | 'exceptions'>;
export type Days = Schedule['days'];
export type ScheduleException = Schedule['exceptions'][number];
export type ScheduleWindow = Schemas['ScheduleWindow'];

const at = (id: string) => ({ params: { path: { schedule_id: id } } });

/** The runbooks that name a schedule; nobody names one that is not made yet. */
export const scheduleRunbooksOptions = (id: string | undefined) =>
  queryOptions({
    queryKey: [...scheduleKey, id, 'runbooks'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/schedules/{schedule_id}/runbooks', { ...at(id ?? ''), signal })),
    enabled: id !== undefined,
  });

/** The next ten windows of a schedule that need not be stored. What makes no sense is told at once, not tried again. */
export const previewOptions = (details: ScheduleDetails) =>
  queryOptions({
    queryKey: ['schedule-preview', details],
    queryFn: ({ signal }) => body(api.POST('/api/v1/schedules/preview', { body: details, signal })),
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });

export const useCreateSchedule = () =>
  useWrite(scheduleKey, (input: ScheduleInput) => body(api.POST('/api/v1/schedules', { body: input })));
export const useChangeSchedule = () =>
  useWrite(scheduleKey, ({ id, ...change }: Schedule) =>
    body(api.PATCH('/api/v1/schedules/{schedule_id}', { ...at(id), body: change })),
  );
export const useDeleteSchedule = () =>
  useWrite(scheduleKey, (id: string) => body(api.DELETE('/api/v1/schedules/{schedule_id}', at(id))));
